/* Empty: see posix.h. */
