/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "engine/hours.h"

#include "base/error.h"

#define DAY_MINUTES (24 * 60)
#define SPANS_MAX 64
#define EVERY_DAY 0x7f

typedef struct
{
  guint days;     /* bits: 1 is Monday */
  int from, to;   /* minutes of the day, to up to 24:00 */
} Span;

struct _SutureHours
{
  GArray *spans; /* Span, at least one (owned) */
};

static const char *const day_names[] = { "Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun" };

void
suture_hours_free (SutureHours *self)
{
  if (self == NULL)
    return;
  g_array_unref (self->spans);
  g_free (self);
}

/* 0 to 6; -1: no day. */
static int
read_day (const char *text)
{
  for (int i = 0; i < (int) G_N_ELEMENTS (day_names); i++)
    if (g_ascii_strcasecmp (text, day_names[i]) == 0)
      return i;
  return -1;
}

static gboolean
read_days (const char *text, guint *days)
{
  g_auto (GStrv) parts = g_strsplit (text, ",", -1);

  *days = 0;
  for (gsize i = 0; parts[i] != NULL; i++)
    {
      g_auto (GStrv) ends = g_strsplit (parts[i], "..", 2);
      int first = ends[0] != NULL ? read_day (ends[0]) : -1;
      int last = ends[0] != NULL && ends[1] != NULL ? read_day (ends[1]) : first;

      if (first < 0 || last < 0)
        return FALSE;
      for (int day = first;; day = (day + 1) % 7)
        {
          *days |= 1u << day;
          if (day == last)
            break;
        }
    }
  return *days != 0;
}

/* "02:30" → 150; -1: no time of a day. */
static int
read_time (const char *text)
{
  int hour, minute;

  if (strlen (text) != 5 || text[2] != ':' || !g_ascii_isdigit (text[0]) || !g_ascii_isdigit (text[1])
      || !g_ascii_isdigit (text[3]) || !g_ascii_isdigit (text[4]))
    return -1;
  hour = 10 * (text[0] - '0') + text[1] - '0';
  minute = 10 * (text[3] - '0') + text[4] - '0';
  if (minute > 59 || hour > 24 || (hour == 24 && minute != 0))
    return -1;
  return 60 * hour + minute;
}

static gboolean
read_span (const char *text, Span *span)
{
  const char *blank = strrchr (text, ' ');
  g_autofree char *days = blank != NULL ? g_strndup (text, (gsize) (blank - text)) : NULL;
  g_auto (GStrv) times = g_strsplit (blank != NULL ? blank + 1 : text, "-", 2);

  span->days = EVERY_DAY;
  if (times[0] == NULL || times[1] == NULL || (days != NULL && !read_days (g_strstrip (days), &span->days)))
    return FALSE;
  span->from = read_time (times[0]);
  span->to = read_time (times[1]);
  return span->from >= 0 && span->from < DAY_MINUTES && span->to >= 0 && span->from != span->to;
}

SutureHours *
suture_hours_parse (const char *text, GError **error)
{
  g_autoptr (SutureHours) self = g_new0 (SutureHours, 1);
  g_auto (GStrv) parts = g_strsplit (text, ";", -1);

  self->spans = g_array_new (FALSE, FALSE, sizeof (Span));
  for (gsize i = 0; parts[i] != NULL; i++)
    {
      Span span;

      if (*g_strstrip (parts[i]) == '\0')
        continue;
      if (self->spans->len == SPANS_MAX || !read_span (parts[i], &span))
        {
          g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_MALFORMED,
                       "maintenance hours look like \"Mon..Fri 02:00-05:00; Sat,Sun 00:00-24:00\"");
          return NULL;
        }
      g_array_append_val (self->spans, span);
    }
  if (self->spans->len > 0)
    return g_steal_pointer (&self);
  g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_MALFORMED, "there are no maintenance hours in it");
  return NULL;
}

/* @minutes of @day as seconds since the epoch, also where a clock change has moved them; 24:00 is the next day's 00:00. */
static gint64
time_at (GDateTime *day, int minutes)
{
  g_autoptr (GDateTime) own = g_date_time_add_days (day, minutes / DAY_MINUTES);
  int rest = minutes % DAY_MINUTES;
  g_autoptr (GDateTime) at = g_date_time_new (g_date_time_get_timezone (own), g_date_time_get_year (own), g_date_time_get_month (own),
                                              g_date_time_get_day_of_month (own), rest / 60, rest % 60, 0);

  return at != NULL ? g_date_time_to_unix (at) : g_date_time_to_unix (own);
}

/* Looks at all spans that begin from yesterday to a week ahead. *@next: the first beginning after @now; 0: none. */
static gboolean
look (const SutureHours *self, gint64 now, gint64 *next)
{
  g_autoptr (GDateTime) today = g_date_time_new_from_unix_local (now);
  gboolean inside = FALSE;

  *next = 0;
  for (int offset = -1; today != NULL && offset <= 8; offset++)
    {
      g_autoptr (GDateTime) day = g_date_time_add_days (today, offset);
      guint bit = 1u << (g_date_time_get_day_of_week (day) - 1);

      for (guint i = 0; i < self->spans->len; i++)
        {
          const Span *span = &g_array_index (self->spans, Span, i);
          gint64 begin = time_at (day, span->from);
          gint64 end = time_at (day, span->to > span->from ? span->to : span->to + DAY_MINUTES);

          if ((span->days & bit) == 0)
            continue;
          inside = inside || (begin <= now && now < end);
          if (begin > now && (*next == 0 || begin < *next))
            *next = begin;
        }
    }
  return inside;
}

gboolean
suture_hours_contain (const SutureHours *self, gint64 now)
{
  gint64 next;

  return look (self, now, &next);
}

gint64
suture_hours_next (const SutureHours *self, gint64 now)
{
  gint64 next;

  (void) look (self, now, &next);
  return next;
}
