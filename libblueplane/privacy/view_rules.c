/* privacy/view_rules.c: which of the people who agreed are shown individually to the team's lead:
 * the rules that withhold views, applied measure by measure and for each reader until nothing
 * changes. */
#include <string.h>

#include "base/mem.h"
#include "privacy/publication_inside.h"
#include "privacy/views.h"

/* State of one measure's views; each array is indexed by person. */
typedef struct viewing {
  block *b;
  size_t cells;
  bool *in; /* by published cell and person */
  bool *agreed, *shown, *self, *known;
} viewing;

static int64_t part_value(const block *b, size_t person, size_t at) {
  return bpi_block_value(b, person, at, b->measure);
}

static size_t count_shown(const viewing *v) {
  size_t n = 0;
  for (size_t p = 0; p < v->b->people; p++)
    n += v->shown[p];
  return n;
}

static void note_cells(viewing *v) {
  const block *b = v->b;
  for (size_t i = 0; i < b->parts; i++) {
    if (!b->published[i]) continue;
    for (size_t p = 0; p < b->people; p++)
      v->in[v->cells * b->people + p] = part_value(b, p, i) > 0;
    v->cells++;
  }
}

/* The remainder rule (views.h) for this reader, cell by cell. If any view is withheld, views with
 * value 0, which are in no cell, are withheld too: showing them alone would reveal whom the others
 * are withheld for. */
static void leave_nobody_over(viewing *v, size_t reader) {
  const block *b = v->b;
  size_t before = count_shown(v);
  memcpy(v->agreed, v->shown, b->people * sizeof *v->agreed);
  memset(v->self, 0, b->people * sizeof *v->self);
  if (reader != NOBODY) v->self[reader] = true;
  const views all = {b->people, v->cells, v->in, v->agreed, v->self};
  bpi_views_choose(&all, v->shown);
  bool wait = count_shown(v) < before;
  for (size_t p = 0; p < b->people && wait; p++)
    if (part_value(b, p, 0) == 0) v->shown[p] = false;
}

/* The same for everything that can be computed from all cells together. */
static void leave_nobody_to_compute(viewing *v, size_t reader) {
  block *b = v->b;
  for (size_t p = 0; p < b->people; p++)
    v->known[p] = v->shown[p] || p == reader;
  if (!bpi_block_keeps(b, v->known, 2)) memset(v->shown, 0, b->people * sizeof *v->shown);
}

/* What the shown people leave of a number must not be dominated by one person. */
static void leave_nobody_dominant(viewing *v, size_t reader) {
  block *b = v->b;
  for (size_t i = 0; i < b->parts; i++) {
    parts left = {0};
    for (size_t p = 0; p < b->people && b->published[i]; p++)
      if (!v->shown[p] && p != reader && part_value(b, p, i) > 0)
        bpi_parts_add(&left, part_value(b, p, i));
    if (left.count > 0 && !bpi_parts_safe_from_insider(&left, bpi_block_width(b, i)))
      memset(v->shown, 0, b->people * sizeof *v->shown);
  }
}

/* If all people not shown have at most 1, the remainder reveals each value: 0 means that nobody has
 * any, and with two people 2 means 1 each, as nobody is shown next to a single person who has it
 * all. For a group of k or more any published number reveals as much. */
static void leave_more_than_one_each(viewing *v, size_t reader) {
  const block *b = v->b;
  size_t least = 0, unknown = 0;
  for (size_t p = 0; p < b->people; p++) {
    int64_t value = part_value(b, p, 0);
    if (v->shown[p] || p == reader || value < 0) continue;
    unknown++;
    least += value <= 1;
  }
  if (unknown > 0 && unknown < (size_t)b->k && least == unknown)
    memset(v->shown, 0, b->people * sizeof *v->shown);
}

/* What a view reveals about a share of members, or about the support signal: a member with some of
 * `by` is in the share and, if `exact`, a member with none or too little is not. Members whose
 * sources cover `of` are counted in it. */
static const struct share_told {
  measure_id by, of;
  bool exact;
} shares_told[] = {
    {MEASURE_active_time, MEASURE_active_time, true}, /* usage bands */
    {MEASURE_resolved_time, MEASURE_active_time, true},
    /* an active member may have resolved nothing */
    {MEASURE_resolved_time, MEASURE_active_time, false},
    {MEASURE_feature_plan_mode_resolved_time, MEASURE_active_time, false},
    {MEASURE_feature_subagents_resolved_time, MEASURE_active_time, false},
    {MEASURE_feature_skills_resolved_time, MEASURE_active_time, false},
    {MEASURE_feature_mcp_resolved_time, MEASURE_active_time, false},
    {MEASURE_feature_slash_commands_resolved_time, MEASURE_active_time, false},
    {MEASURE_feature_background_runs_resolved_time, MEASURE_active_time, false},
    {MEASURE_feature_web_search_resolved_time, MEASURE_active_time, false},
    {MEASURE_feature_images_resolved_time, MEASURE_active_time, false},
    {MEASURE_subagents, MEASURE_used_subagent, true},
    {MEASURE_slash_commands, MEASURE_used_slash_command, true},
    {MEASURE_web_searches, MEASURE_used_web, false},
    {MEASURE_feature_plan_mode_resolved, MEASURE_used_plan, false},
    {MEASURE_feature_plan_mode_resolved_time, MEASURE_used_plan, false},
    {MEASURE_feature_subagents_resolved, MEASURE_used_subagent, false},
    {MEASURE_feature_subagents_resolved_time, MEASURE_used_subagent, false},
    {MEASURE_feature_skills_resolved, MEASURE_used_skill, false},
    {MEASURE_feature_skills_resolved_time, MEASURE_used_skill, false},
    {MEASURE_feature_mcp_resolved, MEASURE_used_mcp, false},
    {MEASURE_feature_mcp_resolved_time, MEASURE_used_mcp, false},
    {MEASURE_feature_slash_commands_resolved, MEASURE_used_slash_command, false},
    {MEASURE_feature_slash_commands_resolved_time, MEASURE_used_slash_command, false},
    {MEASURE_feature_web_search_resolved, MEASURE_used_web, false},
    {MEASURE_feature_web_search_resolved_time, MEASURE_used_web, false},
    {MEASURE_feature_images_resolved, MEASURE_used_image, false},
    {MEASURE_feature_images_resolved_time, MEASURE_used_image, false},
    {MEASURE_tool_ok, MEASURE_tool_ok, true}, /* the support signal */
    {MEASURE_tool_error, MEASURE_tool_error, true},
    {MEASURE_retries, MEASURE_retries, true},
};

/* A reader who knows most members of a share knows it for the rest, who may all be on one side of
 * it. For a group of k or more that is no more than any published number reveals. */
static bool leaves_few(const viewing *v, size_t reader, const struct share_told *t) {
  const block *b = v->b;
  size_t counted = 0, unknown = 0;
  for (size_t p = 0; p < b->people; p++) {
    if (bpi_block_value(b, p, 0, (int)t->of) < 0) continue;
    bool tells = v->shown[p] && (t->exact || part_value(b, p, 0) > 0);
    counted++;
    unknown += !tells && p != reader;
  }
  return counted >= PUBLICATION_FLAGS_FROM && unknown > 0 && unknown < (size_t)b->k;
}

static void leave_a_group_of_shares(viewing *v, size_t reader) {
  const block *b = v->b;
  for (size_t i = 0; i < sizeof shares_told / sizeof *shares_told; i++)
    if ((int)shares_told[i].by == b->measure && leaves_few(v, reader, &shares_told[i]))
      memset(v->shown, 0, b->people * sizeof *v->shown);
}

/* Applies every rule for each reader: a lead who contributed nothing or belongs to another team,
 * and each lead within the team. Withholding views for one reader can leave somebody over for
 * another, so this repeats until nothing changes. */
static void choose_views(viewing *v) {
  static void (*const rules[])(viewing *, size_t) = {
      leave_nobody_over, leave_nobody_to_compute, leave_nobody_dominant, leave_more_than_one_each,
      leave_a_group_of_shares};
  const block *b = v->b;
  for (size_t before = 0, now = count_shown(v); now != before && now > 0; now = count_shown(v)) {
    before = now;
    for (size_t rule = 0; rule < sizeof rules / sizeof *rules; rule++) {
      rules[rule](v, NOBODY);
      for (size_t p = 0; p < b->people; p++)
        if (b->who[p]->leads) rules[rule](v, p);
    }
  }
}

void bpi_view_rules_choose(block *b, bool *shown) {
  bool *room = bpi_alloc_zero(b->people * (b->parts + 3), sizeof *room);
  if (room == NULL) b->failed = BP_ERR_NOMEM;
  if (room == NULL) return;
  viewing v = {.b = b,
               .shown = shown,
               .agreed = room,
               .self = room + b->people,
               .known = room + 2 * b->people,
               .in = room + 3 * b->people};
  note_cells(&v);
  choose_views(&v);
  bpi_free(room);
}
