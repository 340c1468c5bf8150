/*
 * A library under the name of CUDA 12's that passes every call on to CUDA 13's. JCuda's natives were
 * linked against libcublas.so.12 and libnvrtc.so.12; the functions that they call have the same
 * prototypes in version 13. build.sh compiles this file once per library:
 *
 *   SYMBOLS  a file of lines SYMBOL(index, name), from the checked-in list of names
 *   TARGET   the library that has the functions; loaded already, so its name is enough
 *   MISSING  the status code that a function returns which the target does not have
 *
 * One trampoline per name jumps through a table. The first call of each finds the target, with all
 * registers that can carry arguments saved around the search, so that any prototype passes.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdio.h>

/* the oldest versions of these symbols: the library loads on a C library before 2.34 too */
__asm__(".symver dlopen, dlopen@GLIBC_2.2.5");
__asm__(".symver dlsym, dlsym@GLIBC_2.2.5");

#define HIDDEN __attribute__((visibility("hidden")))

#define SYMBOL(index, name) #name,
static const char *const names[] = {
#include SYMBOLS
};
#undef SYMBOL

HIDDEN void *bridge_table[sizeof names / sizeof *names];

static int missing(void) {
    return MISSING;
}

/* Two threads may resolve the same name at once; both write the same address. */
HIDDEN void *bridge_resolve(long index) {
    void *library = dlopen(TARGET, RTLD_NOW | RTLD_LOCAL);
    void *function = library ? dlsym(library, names[index]) : 0;
    if (!function) {
        fprintf(stderr, "thaw: %s has no %s\n", TARGET, names[index]);
        function = (void *) missing;
    }
    return bridge_table[index] = function;
}

/* In: r11 = index, everything else as the caller left it. */
__asm__(".text\n"
        ".hidden bridge_slow\n"
        "bridge_slow:\n"
        "  push %rbp\n"
        "  mov %rsp, %rbp\n"
        "  and $-16, %rsp\n"
        "  sub $192, %rsp\n"
        "  mov %rdi, 0(%rsp)\n"
        "  mov %rsi, 8(%rsp)\n"
        "  mov %rdx, 16(%rsp)\n"
        "  mov %rcx, 24(%rsp)\n"
        "  mov %r8, 32(%rsp)\n"
        "  mov %r9, 40(%rsp)\n"
        "  mov %rax, 48(%rsp)\n"
        "  movaps %xmm0, 64(%rsp)\n"
        "  movaps %xmm1, 80(%rsp)\n"
        "  movaps %xmm2, 96(%rsp)\n"
        "  movaps %xmm3, 112(%rsp)\n"
        "  movaps %xmm4, 128(%rsp)\n"
        "  movaps %xmm5, 144(%rsp)\n"
        "  movaps %xmm6, 160(%rsp)\n"
        "  movaps %xmm7, 176(%rsp)\n"
        "  mov %r11, %rdi\n"
        "  call bridge_resolve\n"
        "  mov %rax, %r11\n"
        "  mov 0(%rsp), %rdi\n"
        "  mov 8(%rsp), %rsi\n"
        "  mov 16(%rsp), %rdx\n"
        "  mov 24(%rsp), %rcx\n"
        "  mov 32(%rsp), %r8\n"
        "  mov 40(%rsp), %r9\n"
        "  mov 48(%rsp), %rax\n"
        "  movaps 64(%rsp), %xmm0\n"
        "  movaps 80(%rsp), %xmm1\n"
        "  movaps 96(%rsp), %xmm2\n"
        "  movaps 112(%rsp), %xmm3\n"
        "  movaps 128(%rsp), %xmm4\n"
        "  movaps 144(%rsp), %xmm5\n"
        "  movaps 160(%rsp), %xmm6\n"
        "  movaps 176(%rsp), %xmm7\n"
        "  leave\n"
        "  jmp *%r11\n");

#define SYMBOL(index, name)                               \
    __asm__(".text\n"                                     \
            ".globl " #name "\n"                          \
            ".type " #name ", @function\n" #name ":\n"    \
            "  endbr64\n"                                 \
            "  mov bridge_table + 8 * " #index "(%rip), %r11\n" \
            "  test %r11, %r11\n"                         \
            "  je 1f\n"                                   \
            "  jmp *%r11\n"                               \
            "1: mov $" #index ", %r11d\n"                 \
            "  jmp bridge_slow\n");
#include SYMBOLS
