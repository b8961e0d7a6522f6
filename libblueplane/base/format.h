/* base/format.h: the check of formats by the compiler, for those of C11. On Windows "printf" would mean another one. */
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
