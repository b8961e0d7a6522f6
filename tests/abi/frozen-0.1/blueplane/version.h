/* blueplane/version.h: the only place where the version is written down. */
#ifndef BLUEPLANE_VERSION_H
#define BLUEPLANE_VERSION_H

#define BP_VERSION_MAJOR 0
#define BP_VERSION_MINOR 1
#define BP_VERSION_PATCH 0
#define BP_VERSION_STRING "0.1.0"

/* Counts incompatible changes of the binary interface; the soname is made from it. */
#define BP_ABI_VERSION 0

#endif
