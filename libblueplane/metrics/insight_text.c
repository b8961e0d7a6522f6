/* metrics/insight_text.c: writes a finding as one sentence. Numbers are rounded arithmetically and
 * written as integers, so the locale has no influence. */
#include <math.h>
#include <string.h>

#include "metrics/insight.h"

static void put_fixed(buf *out, double x, int decimals) {
  int64_t shift = 1;
  for (int i = 0; i < decimals; i++)
    shift *= 10;
  double whole = floor(fabs(x) * (double)shift + 0.5);
  if (!(whole < 9e18)) {
    bpi_buf_text(out, "too large to show");
    return;
  }
  int64_t digits = (int64_t)whole;
  if (x < 0 && digits) bpi_buf_char(out, '-');
  bpi_buf_int(out, digits / shift);
  if (decimals) bpi_buf_printf(out, ".%0*lld", decimals, (long long)(digits % shift));
}

static void put_thousands(buf *out, int64_t n) {
  if (n >= 1000) {
    put_thousands(out, n / 1000);
    bpi_buf_printf(out, ",%03d", (int)(n % 1000));
  } else {
    bpi_buf_int(out, n);
  }
}

static void put_count(buf *out, double x) {
  if (x < 9.95)
    put_fixed(out, x, 1);
  else if (x < 9e18)
    put_thousands(out, (int64_t)floor(x + 0.5));
  else
    put_fixed(out, x, 0);
}

static void put_duration(buf *out, double us) {
  double s = us / 1e6;
  int64_t whole = s < 9e15 ? (int64_t)floor(s + 0.5) : INT64_C(9000000000000000);
  if (s < 0.9995) {
    put_fixed(out, us / 1e3, 0);
    bpi_buf_text(out, " ms");
  } else if (s < 59.95) {
    put_fixed(out, s, 1);
    bpi_buf_text(out, " s");
  } else if (whole < 3600) {
    bpi_buf_printf(out, "%d min %d s", (int)(whole / 60), (int)(whole % 60));
  } else {
    put_thousands(out, whole / 3600);
    bpi_buf_printf(out, " h %d min", (int)(whole % 3600 / 60));
  }
}

/* Two decimals; small amounts get more, so that two significant digits remain. */
static void put_money(buf *out, double nano) {
  double usd = nano / 1e9;
  int decimals = 2;
  double limit = 0.095;
  while (usd > 0 && usd < limit && decimals < 9) {
    decimals++;
    limit /= 10;
  }
  bpi_buf_char(out, '$');
  put_fixed(out, usd, decimals);
}

static void put_amount(buf *out, const char *unit, double x) {
  if (!strcmp(unit, "ratio")) {
    put_fixed(out, 100 * x, 1);
    bpi_buf_text(out, " %");
  } else if (!strcmp(unit, "us")) {
    put_duration(out, x);
  } else if (!strcmp(unit, "nUSD")) {
    put_money(out, x);
  } else {
    put_count(out, x);
  }
}

static const char *unit_of(const insight_kind *kind) {
  return kind->contrast == INSIGHT_MIX ? "ratio" : bpi_metric_unit(&bpi_metrics[kind->metric]);
}

static void put_effect(buf *out, const finding *f) {
  const char *unit = unit_of(f->kind);
  double effect = fabs(f->seen.c.e.value);
  if (f->seen.kind == CONTRAST_FACTOR) {
    put_fixed(out, effect, effect < 10 ? 1 : 0);
  } else if (!strcmp(unit, "ratio")) {
    put_fixed(out, 100 * effect, 1);
    bpi_buf_text(out, " points");
  } else {
    put_amount(out, unit, effect);
  }
}

static void put_named(buf *out, const finding *f, const char *name, size_t length) {
  double times = f->kind->times ? (double)f->kind->times : 1;
  if (!strncmp(name, "subject", length))
    bpi_buf_text(out, f->subject ? f->subject : "");
  else if (!strncmp(name, "value", length))
    put_amount(out, unit_of(f->kind), f->seen.a * times);
  else if (!strncmp(name, "other", length))
    put_amount(out, unit_of(f->kind), f->seen.b * times);
  else if (!strncmp(name, "effect", length))
    put_effect(out, f);
  else
    put_thousands(out, length == 1 ? f->seen.n_a : f->seen.n_b);
}

void bpi_insight_sentence(buf *out, const finding *f) {
  const char *at = (f->higher ? &f->kind->higher : &f->kind->lower)->sentence;
  while (*at) {
    size_t plain = strcspn(at, "{");
    bpi_buf_add(out, at, plain);
    at += plain;
    if (!*at) return;
    size_t length = strcspn(++at, "}");
    put_named(out, f, at, length);
    at += length + 1;
  }
}
