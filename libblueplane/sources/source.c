/* sources/source.c: the registry. Indexes are stored, so new sources go to the end. The first takes
 * any name of a file with lines, so the last is asked first. */
#include "sources/source.h"

#include <string.h>

#include "base/err.h"

static const source *const registry[] = {
    &bpi_source_claude_code,
    &bpi_source_codex,
    &bpi_source_native,
    &bpi_source_cursor,
    &bpi_source_cursor_hooks,
    &bpi_source_claude_code_hooks,
    &bpi_source_gemini,
    &bpi_source_copilot,
    &bpi_source_opencode,
    &bpi_source_otlp,
    &bpi_source_blueplane_db,
    &bpi_source_opencode_db,
    &bpi_source_forge,
    &bpi_source_blueplane_db_cursor,
    &bpi_source_opencode_storage,
};

size_t bpi_source_count(void) {
  return sizeof registry / sizeof *registry;
}

const source *bpi_source_at(size_t index) {
  return index < bpi_source_count() ? registry[index] : NULL;
}

int bpi_source_number(const source *s) {
  int number = 0;
  while (bpi_source_at((size_t)number) != s)
    number++;
  return number;
}

const source *bpi_source_by_name(const char *name) {
  for (size_t i = 0; name != NULL && i < bpi_source_count(); i++)
    if (strcmp(registry[i]->name, name) == 0) return registry[i];
  return NULL;
}

const source *bpi_source_of(const char *path) {
  for (size_t i = bpi_source_count(); i-- > 0;)
    if (registry[i]->is_ours(path)) return registry[i];
  return NULL;
}

/* Prefers a source that recognises both the name and the bytes to one that recognises only the
 * bytes. */
const source *bpi_source_detect(const char *path, const char *bytes, size_t length) {
  const source *found = NULL;
  if (length > SOURCE_HEAD) length = SOURCE_HEAD;
  for (size_t i = bpi_source_count(); i-- > 0;) {
    if (!registry[i]->recognise(bytes, length)) continue;
    if (path != NULL && path[0] != '\0' && registry[i]->is_ours(path)) return registry[i];
    found = registry[i];
  }
  return found;
}

int bpi_source_unrecognised(bp_error **error) {
  bpi_fail(error, BP_ERR_UNSUPPORTED, "no source recognises this input");
  return bpi_fail_detail(error, "hint", "name the source; bp_catalog \"sources\" lists them");
}
