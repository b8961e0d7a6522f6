/* store/personal.c */
#include "store/personal.h"

/* clang-format off */
const personal_table bpi_personal_tables[] = {
    {"meta", PERSONAL_KEPT, {NULL}},
    {"label", PERSONAL_NAME, {NULL}},
    {"session", PERSONAL_SESSION, {"platform", "workspace", "branch", "entrypoint", "version"}},
    {"prompt", PERSONAL_FACT, {NULL}},
    {"response", PERSONAL_FACT, {"model"}},
    {"tool_call", PERSONAL_FACT, {"tool", "file", "result_file"}},
    {"decision", PERSONAL_FACT, {NULL}},
    {"span", PERSONAL_FACT, {NULL}},
    {"event", PERSONAL_FACT, {"command"}},
    {"change", PERSONAL_FACT, {NULL}},
    {"run", PERSONAL_DERIVED, {NULL}},
    {"rollup", PERSONAL_DERIVED, {NULL}}, /* its labels are those of facts */
    {"told", PERSONAL_DERIVED, {NULL}},
    {"task", PERSONAL_DERIVED, {"model"}},
    {"day", PERSONAL_DERIVED, {NULL}}, /* the same cells */
    {"stale", PERSONAL_DERIVED, {NULL}},
    {"file", PERSONAL_PLACE, {NULL}},
    {"reject", PERSONAL_PLACE, {NULL}},
    {"operation", PERSONAL_SYSTEM, {NULL}},
    {"erased", PERSONAL_KEPT, {NULL}},
    {"joined", PERSONAL_OWN, {NULL}},
    {"roster", PERSONAL_OWN, {NULL}},
    {"shared", PERSONAL_KEPT, {NULL}}, /* otherwise a week could be shared twice */
    {"consent", PERSONAL_OWN, {NULL}},
    {"audit", PERSONAL_OWN, {NULL}},
    {NULL, PERSONAL_KEPT, {NULL}}};
/* clang-format on */

void bpi_personal_labels(buf *out) {
  const char *between = "(";
  for (const personal_table *t = bpi_personal_tables; t->name != NULL; t++)
    for (int i = 0; i < PERSONAL_LABELS && t->labels[i] != NULL; i++) {
      bpi_buf_printf(out, "%sSELECT %s FROM %s WHERE %s IS NOT NULL", between, t->labels[i],
                     t->name, t->labels[i]);
      between = " UNION ";
    }
  bpi_buf_text(out, ")");
}
