/* The shared object that dlopen_race.c opens: a function that writes an unguarded global. */
int plugin_state;

void write_in_plugin(int value);

void write_in_plugin(int value)
{
    *(volatile int *)&plugin_state = value;
}
