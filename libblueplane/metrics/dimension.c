/* metrics/dimension.c: the table of dimensions and their small vocabularies. */
#include "metrics/dimension.h"

#include <string.h>

#include "base/text.h"

#define KIND(kind) KIND_BIT(ROLLUP_##kind)
#define DIMENSION(id, name_, title_, type_, definition_, ...)                                      \
  [DIM_##id] = {                                                                                   \
      .name = name_, .title = title_, .definition = definition_, .type = type_, __VA_ARGS__},
const dimension bpi_dimensions[DIM_COUNT] = {
#include "metrics/dimension.def"
};
#undef DIMENSION
#undef KIND

typedef struct field_layout {
  const char *name;
  int shift, bits;
  int vocabulary; /* -1: a flag, named by `who` */
} field_layout;

#define LAYOUT(name, field, vocabulary)                                                            \
  { name, CLASS_##field##_SHIFT, CLASS_##field##_BITS, vocabulary }
static const field_layout layouts[FIELD_COUNT] = {
    [FIELD_NONE] = {"", 0, 0, -1},
    [FIELD_SUBAGENT] = LAYOUT("subagent", SUBAGENT, -1),
    [FIELD_QUALITY] = LAYOUT("quality", QUALITY, VOCABULARY_QUALITY),
    [FIELD_UNTOLD] = LAYOUT("untold", UNTOLD, -1),
    [FIELD_OUTCOME] = LAYOUT("outcome", OUTCOME, VOCABULARY_OUTCOME),
    [FIELD_CATEGORY] = LAYOUT("category", CATEGORY, VOCABULARY_CATEGORY),
    [FIELD_LANGUAGE] = LAYOUT("language", LANGUAGE, VOCABULARY_LANGUAGE),
    [FIELD_DECISION] = LAYOUT("kind", DECISION, VOCABULARY_DECISION),
    [FIELD_SIZE] = LAYOUT("size", SIZE, VOCABULARY_SIZE),
    [FIELD_EVENT] = LAYOUT("event", EVENT, VOCABULARY_EVENT),
    [FIELD_CHANGE] = LAYOUT("change", CHANGE, VOCABULARY_CHANGE),
    [FIELD_CHANGE_TYPE] = LAYOUT("type", CHANGE_TYPE, VOCABULARY_CHANGE_TYPE),
    [FIELD_ASSISTED] = LAYOUT("assisted", ASSISTED, VOCABULARY_ASSISTED),
    [FIELD_TASK_TYPE] = LAYOUT("type", TASK_TYPE, VOCABULARY_TASK_TYPE),
    [FIELD_TASK_OUTCOME] = LAYOUT("outcome", TASK_OUTCOME, VOCABULARY_TASK_OUTCOME),
    [FIELD_USE] = LAYOUT("feature", USE, VOCABULARY_USE),
};
static const char *const who[] = {"main", "subagent"};
static const char *const features[PROMPT_FEATURE_BITS + 1] = {"image",  "file",    "code",
                                                              "queued", "command", "none"};
static const char *const depths[SESSION_DEPTHS] = {"1-5", "6-15", "16-30", "31+"};

int64_t bpi_field_get(class_field field, int64_t class_) {
  return (class_ >> layouts[field].shift) & ((INT64_C(1) << layouts[field].bits) - 1);
}

int64_t bpi_field_mask(class_field field) {
  return ((INT64_C(1) << layouts[field].bits) - 1) << layouts[field].shift;
}

const char *bpi_field_name(class_field field) {
  return layouts[field].name;
}

const char *bpi_field_value(class_field field, int64_t code) {
  if (code < 0 || code > 255) return NULL;
  if (layouts[field].vocabulary < 0) return code < 2 ? who[code] : NULL;
  return bpi_vocabulary_name((vocabulary)layouts[field].vocabulary, (int)code);
}

int64_t bpi_field_code(class_field field, const char *value) {
  for (int64_t code = 0; code < INT64_C(1) << layouts[field].bits; code++) {
    const char *name = bpi_field_value(field, code);
    if (name && !strcmp(name, value)) return code;
  }
  return -1;
}

dimension_id bpi_dimension_find(const char *name) {
  int dim = 0;
  while (dim < DIM_COUNT && strcmp(bpi_dimensions[dim].name, name) != 0)
    dim++;
  return (dimension_id)dim;
}

bool bpi_dimension_is_time(dimension_id dim) {
  return bpi_dimensions[dim].how <= FROM_WEEKDAY;
}

static void add_item(buf *out, const char *text) {
  if (out->length) bpi_buf_text(out, ", ");
  bpi_buf_text(out, text);
}

void bpi_dimension_list(buf *out, uint64_t set) {
  for (int dim = 0; dim < DIM_COUNT; dim++)
    if (set & DIM_BIT(dim)) add_item(out, bpi_dimensions[dim].name);
}

static const char *closed_value(dimension_id dim, int64_t key) {
  switch (bpi_dimensions[dim].how) {
  case FROM_FIELD: return bpi_field_value(bpi_dimensions[dim].field, key);
  case FROM_FEATURES: return bpi_feature_name(key);
  case FROM_DEPTH: return bpi_depth_name(key);
  case FROM_KIND: return bpi_event_name(key);
  default: return NULL;
  }
}

void bpi_dimension_values(buf *out, dimension_id dim) {
  for (int64_t key = 0; key < 256; key++) {
    const char *value = closed_value(dim, key);
    if (value) add_item(out, value);
  }
}

const char *bpi_feature_name(int64_t key) {
  return key >= 0 && key <= PROMPT_FEATURE_BITS ? features[key] : NULL;
}

void bpi_pattern_show(buf *out, int64_t pattern) {
  for (int i = 0; i < bpi_pattern_length(pattern); i++) {
    const char *category = bpi_vocabulary_name(VOCABULARY_CATEGORY, bpi_pattern_at(pattern, i));
    if (i > 0) bpi_buf_text(out, " > ");
    bpi_buf_text(out, category ? category : "other");
  }
}

int bpi_depth_of(int64_t interactions) {
  if (interactions <= 0) return -1;
  return interactions <= 5 ? 0 : interactions <= 15 ? 1 : interactions <= 30 ? 2 : 3;
}

const char *bpi_depth_name(int64_t key) {
  return key >= 0 && key < SESSION_DEPTHS ? depths[key] : NULL;
}

const char *bpi_event_name(int64_t kind) {
  switch (kind) {
  case ROLLUP_PROMPT: return "prompt";
  case ROLLUP_RESPONSE: return "response";
  case ROLLUP_TOOL: return "tool_call";
  case ROLLUP_DECISION: return "decision";
  default: return NULL;
  }
}

/* ------------------------------------------------------------------------------ derived names */

static bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* The next part between separators; false at the end. */
static bool next_part(const char **at, const char *end, const char **part, size_t *length) {
  while (*at < end && strchr("-_:@ ", **at))
    (*at)++;
  *part = *at;
  while (*at < end && !strchr("-_:@ ", **at))
    (*at)++;
  *length = (size_t)(*at - *part);
  return *length > 0;
}

static bool is_word(const char *p, size_t n) {
  for (size_t i = 0; i < n; i++)
    if (!is_letter(p[i])) return false;
  return n > 0;
}

/* Skips the prefixes "provider/" and "region.provider." that gateways add. */
static const char *behind_provider(const char *p, const char *end) {
  for (const char *c = p; c < end; c++)
    if (*c == '/') p = c + 1;
  for (const char *c = p; c + 1 < end; c++)
    if (*c == '.' && is_letter(c[1]) && is_word(p, (size_t)(c - p))) p = c + 1;
  return p;
}

static size_t append(char *out, size_t at, size_t capacity, const char *p, size_t n) {
  for (size_t i = 0; i < n && at < capacity; i++)
    out[at++] = p[i] >= 'A' && p[i] <= 'Z' ? (char)(p[i] - 'A' + 'a') : p[i];
  return at;
}

/* Whether a part only names a release of a family. */
static bool is_release(const char *p, size_t n) {
  return bpi_ascii_equal_nocase(p, n, "latest") || bpi_ascii_equal_nocase(p, n, "preview");
}

size_t bpi_model_family(const char *model, size_t length, char *out, size_t capacity) {
  const char *end = model + length, *at = behind_provider(model, end), *part;
  size_t n, made;
  if (!next_part(&at, end, &part, &n)) return 0;
  made = append(out, 0, capacity, part, n);
  bool by_number = bpi_ascii_equal_nocase(part, n, "gpt"); /* its families are mostly numbers */
  while (next_part(&at, end, &part, &n)) {
    size_t digits = 0;
    while (digits < n && part[digits] >= '0' && part[digits] <= '9')
      digits++;
    if (by_number && digits > 0)
      n = digits;
    else if (!is_word(part, n) || is_release(part, n))
      continue;
    made = append(out, made, capacity, "-", 1);
    return append(out, made, capacity, part, n);
  }
  return made;
}

bool bpi_mcp_server(const char *tool, size_t length, const char **server, size_t *server_length) {
  if (!bpi_starts_with(tool, length, "mcp__")) return false;
  *server = tool + 5;
  for (size_t i = 5; i + 1 < length; i++) {
    if (tool[i] != '_' || tool[i + 1] != '_') continue;
    *server_length = i - 5;
    return i > 5;
  }
  *server_length = length - 5;
  return length > 5;
}
