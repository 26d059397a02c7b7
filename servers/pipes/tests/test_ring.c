/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The ring of a pipe: what goes in comes out, in order, however it lies in the array.
 */
#include <string.h>

#include "check.h"
#include "ring.h"

static struct ring ring;

static void bytes_come_out_in_order(void)
{
    static char in[PIPE_CAPACITY], out[PIPE_CAPACITY];
    unsigned put = 0, taken = 0;
    memset(&ring, 0, sizeof(ring));
    for (unsigned step = 1; step < 400; step++) {
        size_t size = (step * 977) % (ring_room(&ring) + 1);
        for (size_t i = 0; i < size; i++) {
            in[i] = (char)put++;
        }
        ring_put(&ring, in, size);
        CHECK(ring.count == put - taken);
        size = ring_peek(&ring, out, (step * 1231) % PIPE_CAPACITY);
        for (size_t i = 0; i < size; i++) {
            CHECK(out[i] == (char)(taken + i));
        }
        ring_drop(&ring, size);
        taken += (unsigned)size;
    }
}

static void a_full_ring_has_no_room(void)
{
    static char in[PIPE_CAPACITY];
    memset(&ring, 0, sizeof(ring));
    ring.first = PIPE_CAPACITY - 1;
    CHECK(ring_room(&ring) == PIPE_CAPACITY);
    ring_put(&ring, in, PIPE_CAPACITY);
    CHECK(ring_room(&ring) == 0);
    CHECK(ring_peek(&ring, in, 10) == 10);
    CHECK(ring.count == PIPE_CAPACITY);
    ring_drop(&ring, PIPE_CAPACITY);
    CHECK(ring_peek(&ring, in, 10) == 0);
}

int main(void)
{
    bytes_come_out_in_order();
    a_full_ring_has_no_room();
    return failures != 0;
}
