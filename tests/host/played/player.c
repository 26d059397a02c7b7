/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The player.  One run is described by its choices: at each step the processors that could make the next
 * one are listed, the one that made the last first, and the choice is an index into the list.  A run follows
 * the choices that it is given and takes the first possibility from there on; the next run has the
 * last choice changed that has a possibility left.  So the runs go through the tree of all orders, and each
 * can be repeated.
 */
#include "player.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <arch/cpu.h>
#include <arch/percpu.h>

#include "fake_stack.h"

#define STACK_SIZE  (32 * 1024)
#define PERCPU_SIZE (16 * 1024)
#define STEPS_MAX   5000
#define PRINTED_MAX 200

/* So many steps one processor makes in a row, if others could make some: it may wait for them in a loop
 * that does not say so, or for the time.  Then time passes, and the one goes on that has not done so for
 * the longest time. */
#define PATIENCE 200

struct player {
    void *stack_pointer; /* while it is stopped */
    bool takes_interrupts;
    bool is_waiting;  /* nobody else has done anything since it looked */
    bool is_asleep;   /* until an interrupt comes */
    uint32_t pending; /* interrupts that wait: bits */
    uint32_t last_step;
};

struct choice {
    uint8_t chosen;
    uint8_t possible;
};

uint32_t play_cpu;
uint64_t play_time = 1;
void (*play_machine_moves)(uint32_t cpu);
bool (*play_machine_quiet)(void);

static struct player players[PLAYED_CPUS];
static ALIGNED(64) char stacks[PLAYED_CPUS][STACK_SIZE];
static ALIGNED(64) char areas[PLAYED_CPUS][PERCPU_SIZE];
extern const char __start_percpu[];

static const struct scenario *scenario;
static void *main_stack_pointer;
static struct choice choices[STEPS_MAX];
static uint32_t given;    /* choices that this run has to follow */
static uint32_t taken;    /* choices of this run so far */
static uint32_t stopped;  /* how often a processor was stopped in the middle */
static uint32_t in_a_row; /* steps that the running processor has made */
static uint8_t made_by[STEPS_MAX];
static uint32_t steps;
static bool is_running;
static const char *failure;

void *play_percpu(uint32_t cpu, const volatile void *address)
{
    return areas[cpu] + ((const volatile char *)address - __start_percpu);
}

static uint32_t cpus_of(const struct scenario *of)
{
    uint32_t count = 0;
    while (count < PLAYED_CPUS && of->programs[count] != nullptr) {
        count++;
    }
    return count;
}

uint32_t play_cpus(void)
{
    return cpus_of(scenario);
}

void play_fail(const char *what)
{
    failure = failure != nullptr ? failure : what;
}

/* This run is over: go back to run(). */
static void end_run(void)
{
    fake_switch_stacks(&players[play_cpu].stack_pointer, main_stack_pointer);
}

void play_give_up(void)
{
    end_run();
    unreachable();
}

static void abandon(const char *what)
{
    play_fail(what);
    end_run();
}

/* Could processor CPU make a step? */
static bool is_ready(uint32_t cpu)
{
    const struct player *player = &players[cpu];
    return player->is_asleep ? player->pending != 0 : !player->is_waiting;
}

/* The processors that could make the next step, the running one first. Returns: how many. */
static uint32_t list_ready(uint8_t *ready)
{
    uint32_t count = 0;
    bool goes_on = is_ready(play_cpu);
    if (goes_on) {
        ready[count++] = (uint8_t)play_cpu;
    }
    for (uint32_t cpu = 0; cpu < play_cpus(); cpu++) {
        if (cpu != play_cpu && is_ready(cpu) && (!goes_on || stopped < scenario->preemptions)) {
            ready[count++] = (uint8_t)cpu;
        }
    }
    return count;
}

/* Nobody can make a step: time passes, which those who wait may see, or the run is over. */
static void let_time_pass(void)
{
    bool is_over = play_machine_quiet == nullptr || !play_machine_quiet();
    for (uint32_t cpu = 0; cpu < play_cpus(); cpu++) {
        if (is_over && !players[cpu].is_asleep) {
            abandon("all wait");
        }
        players[cpu].is_waiting = false;
    }
    if (is_over) {
        end_run();
    }
}

static void go_on_with(uint32_t cpu)
{
    if (cpu != play_cpu) {
        uint32_t previous = play_cpu;
        play_cpu = cpu;
        fake_switch_stacks(&players[previous].stack_pointer, players[cpu].stack_pointer);
    }
}

/* The processor, ready, that has made no step for the longest time; never the running one if there is
 * another. */
static uint32_t longest_ready(void)
{
    uint32_t longest = play_cpu;
    for (uint32_t cpu = 0; cpu < play_cpus(); cpu++) {
        if (is_ready(cpu) && players[cpu].last_step < players[longest].last_step) {
            longest = cpu;
        }
    }
    return longest;
}

/* Choose who makes the next step, and be that one. */
static void choose(void)
{
    uint8_t ready[PLAYED_CPUS];
    uint32_t count;
    if (in_a_row == PATIENCE && is_ready(play_cpu)) {
        in_a_row = 0;
        (void)(play_machine_quiet != nullptr && play_machine_quiet());
        go_on_with(longest_ready());
        return;
    }
    while ((count = list_ready(ready)) == 0) {
        let_time_pass();
    }
    uint8_t chosen = 0;
    if (count > 1) {
        if (taken >= given) {
            choices[taken] = (struct choice){ 0, (uint8_t)count };
        }
        chosen = choices[taken++].chosen;
    }
    bool is_same = ready[chosen] == play_cpu;
    stopped += !is_same && is_ready(play_cpu);
    in_a_row = is_same ? in_a_row + 1 : 0;
    go_on_with(ready[chosen]);
}

/* The next step is the running processor's; who waits for it may go on if it does anything. */
static void note_step(bool is_deed)
{
    if (steps == STEPS_MAX) {
        abandon("it does not end");
    }
    made_by[steps++] = (uint8_t)play_cpu;
    players[play_cpu].last_step = steps;
    for (uint32_t cpu = 0; is_deed && cpu < play_cpus(); cpu++) {
        players[cpu].is_waiting &= cpu == play_cpu;
    }
    for (uint32_t cpu = 0; play_machine_moves != nullptr && cpu < play_cpus(); cpu++) {
        play_machine_moves(cpu);
    }
}

/* The running processor takes the interrupt that waits, if it takes any. */
static void take_interrupt(void)
{
    struct player *self = &players[play_cpu];
    while (self->pending != 0 && self->takes_interrupts) {
        uint32_t pending = self->pending;
        self->pending = 0;
        self->takes_interrupts = false;
        play_machine_interrupt(pending);
        /* Another thread may have come back here, on another processor. */
        self = &players[play_cpu];
        self->takes_interrupts = true;
    }
}

static void make_step(bool is_deed)
{
    if (!is_running) {
        return; /* it is prepared, or looked at afterwards */
    }
    choose();
    note_step(is_deed);
    take_interrupt();
}

void play_step(void)
{
    make_step(true);
}

void play_look(void)
{
    make_step(false);
}

void play_wait(void)
{
    players[play_cpu].is_waiting = true;
    play_look();
}

void play_interrupt(uint32_t cpu, uint32_t which)
{
    players[cpu].pending |= which;
}

void play_sleep(void)
{
    players[play_cpu].takes_interrupts = true;
    players[play_cpu].is_asleep = true;
    choose();
    players[play_cpu].is_asleep = false;
    note_step(true);
    take_interrupt();
    players[play_cpu].takes_interrupts = false;
}

bool play_sleeps(uint32_t cpu)
{
    return players[cpu].is_asleep && players[cpu].pending == 0;
}

bool play_takes_interrupts(void)
{
    return players[play_cpu].takes_interrupts;
}

void play_set_interrupts(bool are_taken)
{
    bool were_taken = players[play_cpu].takes_interrupts;
    players[play_cpu].takes_interrupts = are_taken;
    if (are_taken && !were_taken) {
        play_step(); /* where interrupts come in */
    }
}

/* A processor's life: its program, and then nothing but interrupts. */
static void play(void)
{
    scenario->programs[play_cpu]();
    for (;;) {
        play_sleep();
    }
}

static void start(uint32_t cpu)
{
    players[cpu] = (struct player){
        .stack_pointer = fake_stack_prepare(stacks[cpu] + STACK_SIZE, play),
    };
}

/* Run the scenario once, by the choices that are given. */
static void run(void)
{
    memset(areas, 0, sizeof(areas));
    play_cpu = 0;
    taken = stopped = steps = in_a_row = 0;
    for (uint32_t cpu = 0; cpu < play_cpus(); cpu++) {
        start(cpu);
    }
    scenario->prepare();
    is_running = true;
    fake_switch_stacks(&main_stack_pointer, players[0].stack_pointer);
    is_running = false;
    if (failure == nullptr && scenario->check != nullptr) {
        scenario->check();
    }
}

/* Make the choices those of the next order.  Returns: false if there is none. */
static bool next_order(void)
{
    while (taken > 0) {
        struct choice *last = &choices[taken - 1];
        if (last->chosen + 1 < last->possible) {
            last->chosen++;
            given = taken;
            return true;
        }
        taken--;
    }
    return false;
}

static void print_order(void)
{
    printf("# %s; the steps were made by processors ", failure);
    for (uint32_t i = 0; i < steps && i < PRINTED_MAX; i++) {
        printf("%u", made_by[i]);
    }
    printf("\n");
}

bool play_all(const struct scenario *of, uint32_t number)
{
    uint32_t orders = 0;
    scenario = of;
    failure = nullptr;
    given = 0;
    do {
        run();
        orders++;
    } while (failure == nullptr && next_order());
    if (failure != nullptr) {
        print_order();
    }
    printf("%sok %u - %s\n# %u orders\n", failure != nullptr ? "not " : "", number, of->name,
           orders);
    return failure == nullptr;
}
