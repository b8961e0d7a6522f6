/* base/format.h: lets the compiler check C11 format strings. On Windows "printf" would mean a
 * different set. */
#ifndef BPI_BASE_FORMAT_H
#define BPI_BASE_FORMAT_H

#if defined(__MINGW32__)
#define BPI_FORMAT(format_at, values_at) __attribute__((format(gnu_printf, format_at, values_at)))
#elif defined(__GNUC__)
#define BPI_FORMAT(format_at, values_at) __attribute__((format(printf, format_at, values_at)))
#else
#define BPI_FORMAT(format_at, values_at)
#endif

#endif
