/* base/inflate.c */
#include "base/inflate.h"

#include <zlib.h>

#include "base/mem.h"

struct inflater {
  z_stream stream;
  bool ready; /* inflateInit succeeded */
  bool ended, failed;
};

static void *alloc_memory(void *user, unsigned count, unsigned size) {
  (void)user;
  return bpi_alloc_zero(count, size);
}

static void free_memory(void *user, void *memory) {
  (void)user;
  bpi_free(memory);
}

inflater *bpi_inflater_new(void) {
  inflater *z = bpi_alloc_zero(1, sizeof *z);
  if (z == NULL) return NULL;
  z->stream.zalloc = alloc_memory;
  z->stream.zfree = free_memory;
  z->ready = inflateInit(&z->stream) == Z_OK;
  if (z->ready) return z;
  bpi_free(z);
  return NULL;
}

void bpi_inflater_free(inflater *z) {
  if (z == NULL) return;
  inflateEnd(&z->stream);
  bpi_free(z);
}

bool bpi_is_deflated(const void *data, size_t length) {
  const unsigned char *p = data;
  return length >= 2 && (p[0] & 0x0f) == Z_DEFLATED && (p[0] << 8 | p[1]) % 31 == 0;
}

void bpi_inflater_start(inflater *z, const void *data, size_t length) {
  z->ended = false;
  z->failed = inflateReset(&z->stream) != Z_OK || length > UINT32_MAX;
  z->stream.next_in = (unsigned char *)(uintptr_t)data; /* zlib only reads it */
  z->stream.avail_in = z->failed ? 0 : (unsigned)length;
}

int64_t bpi_inflater_read(void *self, void *into, size_t length) {
  inflater *z = self;
  if (z->failed) return -1;
  if (z->ended || length == 0) return 0;
  unsigned room = length < INT32_MAX ? (unsigned)length : INT32_MAX;
  z->stream.next_out = into;
  z->stream.avail_out = room;
  int code = inflate(&z->stream, Z_NO_FLUSH);
  z->ended = code == Z_STREAM_END;
  unsigned got = room - z->stream.avail_out;
  z->failed = code != Z_STREAM_END && (code != Z_OK || got == 0);
  return z->failed && got == 0 ? -1 : (int64_t)got;
}
