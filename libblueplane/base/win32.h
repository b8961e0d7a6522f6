/* base/win32.h: includes Windows' header without its macros that collide with our names, because
 * the library may be compiled as one file. */
#ifndef BPI_BASE_WIN32_H
#define BPI_BASE_WIN32_H

#define WIN32_LEAN_AND_MEAN
#define NOGDI /* defines ERROR */
#include <windows.h>
#undef near
#undef far

#endif
