/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "engine/health.h"

/* What suture-health may answer, and whatever else may come from there. */
static const struct
{
  const char *answer, *sentence;
} rows[] = {
  { "passed", NULL },
  { "unfit", NULL },
  { "status 3", "web stopped working after it was installed (it ended with the error 3)" },
  { "signal 6", "web stopped working after it was installed (it crashed)" },
  { "late", "web stopped working after it was installed (it did not end within 10 seconds)" },
  { "", NULL },
  { "status", NULL },
  { "status ", NULL },
  { "status 3 of many", NULL },
  { "status 99999999", NULL },
};

static void
test_answers (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *sentence = suture_health_read_answer ("/usr/sbin/web", 10, rows[i].answer);

      g_assert_cmpstr (sentence, ==, rows[i].sentence);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/health/answers", test_answers);
  return g_test_run ();
}
