/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * init: the first program.  It is the bootstrap server, starts the services of /etc/init.conf, and
 * runs the shell on the console.
 */
#include <mach/host_priv.h>
#include <mach/mach.h>
#include <mach_r/startup.h>
#include <servers/bootstrap.h>

#include "init.h"
#include "names.h"
#include "ustar.h"

#define CONF_PATH "/etc/init.conf"
#define EXEC_PATH "/etc/exec"

/* Room for the largest request of all that init serves, and its trailer. */
#define REQUEST_MAX 8192

static void report_conf(unsigned line, const char *what)
{
    init_log(CONF_PATH ":%u: %s; the line is left out", line, what);
}

int main(void)
{
    static struct init_archive archive;
    static struct init_conf conf;
    struct ustar_member member;
    if (init_server_create() != KERN_SUCCESS) {
        init_log("its interfaces have ids in common");
        return 1;
    }
    struct name_space *root = name_space_create(nullptr, init_port_set());
    if (root != nullptr && mach_port_insert_right(mach_task_self(), root->port, root->port,
                                                  MACH_MSG_TYPE_MAKE_SEND) == KERN_SUCCESS) {
        bootstrap_port = root->port;
    }
    /* init and its services go on when a program has taken all memory. */
    (void)thread_wire(startup_port(STARTUP_PORT_HOST_PRIV), mach_thread_self(), TRUE);
    if (init_archive_map(&archive)) {
        enum ustar_result found = ustar_find(archive.data, archive.size, CONF_PATH, &member);
        if (found == USTAR_MEMBER) {
            init_conf_parse(archive.data + member.data, member.size, &conf, report_conf);
        } else {
            init_log("cannot read " CONF_PATH " from the initrd: %s; nothing is started",
                     ustar_error(found));
        }
        for (uint32_t i = 0; i < conf.service_count; i++) {
            (void)init_create_service(root, conf.services[i].name, conf.services[i].path);
        }
        services_start(&conf, &archive, bootstrap_port);
        bool exec = ustar_find(archive.data, archive.size, EXEC_PATH, &member) == USTAR_MEMBER;
        if (exec || conf.shell[0] != '\0') {
            session_start(conf.shell, exec);
        }
    }
    mach_msg_return_t result =
        mach_msg_server(init_demux, REQUEST_MAX, init_port_set(),
                        MACH_RCV_TRAILER_TYPE(MACH_MSG_TRAILER_FORMAT_0) |
                            MACH_RCV_TRAILER_ELEMENTS(MACH_RCV_TRAILER_AUDIT));
    init_log("cannot receive: %s", mach_error_string(result));
    return 1;
}
