/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "local/refusals.h"

#include "test-tree.h"

#define DAY (24 * 60 * 60)

static void
assert_known (const char *path, gint64 now, const char *key, const char *why)
{
  g_autoptr (SutureRefusals) refusals = suture_refusals_load (path, now);
  g_autoptr (SutureObstacle) obstacle = suture_refusals_find (refusals, key);

  g_assert_cmpstr (obstacle != NULL ? obstacle->why : NULL, ==, why);
}

static void
test_remembered (void)
{
  g_autofree char *top = test_tree_new ();
  g_autofree char *path = g_build_filename (top, "refused.json", NULL);
  g_autoptr (SutureRefusals) refusals = suture_refusals_load (path, 1000 * DAY);
  g_autoptr (SutureRefusals) later = NULL;
  g_autoptr (SutureObstacle) script = suture_obstacle_new ("script", "xy");
  g_autoptr (SutureObstacle) again = NULL;

  suture_refusals_add (refusals, "a|1|2", script);
  suture_refusals_add (refusals, "b|1|2", script);
  g_assert_true (suture_refusals_save (refusals, NULL));
  assert_known (path, 1001 * DAY, "a|1|2", "script");
  assert_known (path, 1001 * DAY, "a|1|3", NULL);
  /* for some days; and a clock that went back is no reason to believe it for ever */
  assert_known (path, 1000 * DAY + SUTURE_REFUSALS_DAYS * DAY + 1, "a|1|2", NULL);
  assert_known (path, 999 * DAY, "a|1|2", NULL);
  /* what is not met any more is forgotten, and what is met keeps its time */
  later = suture_refusals_load (path, 1003 * DAY);
  again = suture_refusals_find (later, "a|1|2");
  g_assert_cmpstr (again->detail, ==, "xy");
  g_assert_true (suture_refusals_save (later, NULL));
  assert_known (path, 1004 * DAY, "b|1|2", NULL);
  assert_known (path, 1000 * DAY + SUTURE_REFUSALS_DAYS * DAY + 1, "a|1|2", NULL);
  test_tree_remove (top);
}

static void
test_unreadable (void)
{
  const char *const texts[] = { "", "[]", "{", "{\"version\":\"another\",\"refused\":{\"a|1|2\":{\"why\":\"script\",\"detail\":\"\",\"time\":86400}}}",
                                "{\"version\":1}" };
  g_autofree char *top = test_tree_new ();
  g_autofree char *path = g_build_filename (top, "refused.json", NULL);

  assert_known (path, DAY, "a|1|2", NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_assert_true (g_file_set_contents (path, texts[i], -1, NULL));
      assert_known (path, DAY, "a|1|2", NULL);
    }
  test_tree_remove (top);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/refusals/remembered", test_remembered);
  g_test_add_func ("/refusals/unreadable", test_unreadable);
  return g_test_run ();
}
