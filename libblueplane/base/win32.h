/* base/win32.h: Windows' own header, without the words of it that are ours, too: the library may be compiled as one file. */
#ifndef BPI_BASE_WIN32_H
#define BPI_BASE_WIN32_H

#define WIN32_LEAN_AND_MEAN
#define NOGDI /* ERROR */
#include <windows.h>
#undef near
#undef far

#endif
