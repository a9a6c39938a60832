/*
 * Linked by gcc into every executable built with -fsanitize=thread, first on the link line.
 * Starts the runtime before any constructor of any library runs; a shared library may not
 * have a .preinit_array of its own, hence this separate object.
 */
extern void __tsan_init(void);

__attribute__((section(".preinit_array"), used)) static void (*const preinit)(void) = __tsan_init;
