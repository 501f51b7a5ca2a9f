/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "engine/admin-policy.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <unistd.h>

#include "base/error.h"
#include "base/paths.h"
#include "test-paths.h"

static char *
path_of (const char *name)
{
  const char *path = suture_path (SUTURE_PATH_POLICY);

  return name != NULL ? g_strconcat (path, ".d/", name, NULL) : g_strdup (path);
}

/* @name: below policy.conf.d; NULL: policy.conf. */
static void
put (const char *name, const char *text)
{
  g_autofree char *path = path_of (name);
  g_autofree char *folder = g_path_get_dirname (path);

  g_assert_cmpint (g_mkdir_with_parents (folder, 0755), ==, 0);
  g_assert_true (g_file_set_contents_full (path, text, -1, G_FILE_SET_CONTENTS_NONE, 0644, NULL));
  g_assert_cmpint (g_chmod (path, 0644), ==, 0);
}

static void
test_none (void)
{
  g_autoptr (SutureAdminPolicy) policy = NULL;
  SutureChoice choice = { .automatic = TRUE, .paused_until = 5, .delay_days = 3, .delay_exploited = TRUE, .use_metered = TRUE };

  test_paths_init ();
  policy = suture_admin_policy_load ();
  g_assert_no_error (policy->fault);
  for (int what = 0; what < SUTURE_N_ADMIN; what++)
    {
      g_assert_false (suture_admin_policy_decides (policy, (SutureAdminWhat) what));
      g_assert_true (suture_admin_policy_permits (policy, (SutureAdminWhat) what, NULL));
    }
  g_assert_true (suture_admin_policy_permits_improvement (policy, "demo-a", "demo", NULL));
  g_assert_true (suture_admin_policy_permits_feed (policy, "any"));
  suture_admin_policy_apply (policy, &choice);
  g_assert_true (choice.automatic && choice.delay_exploited && choice.use_metered);
  g_assert_cmpint (choice.paused_until, ==, 5);
  g_assert_cmpuint (choice.delay_days, ==, 3);
  test_paths_clear ();
}

static void
test_all (void)
{
  g_autoptr (SutureAdminPolicy) policy = NULL;
  g_autoptr (GError) error = NULL;

  test_paths_init ();
  put (NULL, "# ours\n\n[Policy]\nAutomatic=no\nRemoval=no\nPause=no\nDelay=7\nDelayExploited=no\nMetered=yes\n"
             "Hours=Mon..Fri 02:00-05:00; Sat,Sun 00:00-24:00\nFeeds=example; other;\nHold=openssl*;demo-b\nApproved=\n"
             "Reason=The test group looks first\\sat it\n");
  policy = suture_admin_policy_load ();
  g_assert_no_error (policy->fault);
  for (int what = 0; what < SUTURE_N_ADMIN; what++)
    {
      g_autoptr (GError) managed = NULL;

      g_assert_true (suture_admin_policy_decides (policy, (SutureAdminWhat) what));
      g_assert_false (suture_admin_policy_permits (policy, (SutureAdminWhat) what, &managed));
      g_assert_error (managed, SUTURE_ERROR, SUTURE_ERROR_MANAGED);
      g_assert_true (g_str_has_suffix (managed->message, ": The test group looks first at it"));
    }
  g_assert_cmpint (policy->automatic, ==, FALSE);
  g_assert_cmpint (policy->metered, ==, TRUE);
  g_assert_cmpint (policy->delay_days, ==, 7);
  g_assert_true (suture_admin_policy_permits_feed (policy, "other"));
  g_assert_false (suture_admin_policy_permits_feed (policy, "third"));
  g_assert_true (suture_admin_policy_permits_turning_on (policy, "other", NULL));
  g_assert_false (suture_admin_policy_permits_turning_on (policy, "local", NULL));
  g_assert_false (suture_admin_policy_permits_improvement (policy, "openssl-a", "openssl", &error));
  g_assert_error (error, SUTURE_ERROR, SUTURE_ERROR_MANAGED);
  g_assert_cmpstr (policy->reason, ==, "The test group looks first at it");
  test_paths_clear ();
}

/* What only says what can be done anyway locks nothing. */
static void
test_permissive (void)
{
  g_autoptr (SutureAdminPolicy) policy = NULL;

  test_paths_init ();
  put (NULL, "[Policy]\nRemoval=yes\nPause=yes\nHold=\n");
  policy = suture_admin_policy_load ();
  g_assert_no_error (policy->fault);
  for (int what = 0; what < SUTURE_N_ADMIN; what++)
    g_assert_false (suture_admin_policy_decides (policy, (SutureAdminWhat) what));
  test_paths_clear ();
}

static void
test_order (void)
{
  g_autoptr (SutureAdminPolicy) policy = NULL;

  test_paths_init ();
  put (NULL, "[Policy]\nDelay=1\nHold=demo\nReason=first\n");
  put ("20-b.conf", "[Policy]\nDelay=3\n");
  put ("10-a.conf", "[Policy]\nDelay=2\nReason=second\nReason=third\n");
  put ("30-c.conf.off", "nonsense");
  put (".30-d.conf", "nonsense");
  policy = suture_admin_policy_load ();
  g_assert_no_error (policy->fault);
  g_assert_cmpint (policy->delay_days, ==, 3);
  g_assert_cmpstr (policy->reason, ==, "third");
  g_assert_cmpstr (policy->hold[0], ==, "demo");
  test_paths_clear ();
}

static const struct
{
  const char *text;
  guint line; /* 0: none is said */
} wrong[] = {
  { "Automatic=no\n", 1 },
  { "[Policy]\nAutomatic=maybe\n", 2 },
  { "[Policy]\nAutomatic=\n", 2 },
  { "[Policy]\nAutomatic=no\n\n# but\nautomatic=no\n", 5 },
  { "[Policy]\nAutomatic\n", 2 },
  { "[Policy]\nAutomatic[de]=no\n", 2 },
  { "[Policies]\n", 1 },
  { "[Policy]\nRemoval=no\n[Other]\nA=b\n", 3 },
  { "[Policy]\nDelay=31\n", 2 },
  { "[Policy]\nDelay=-1\n", 2 },
  { "[Policy]\nDelay=3 days\n", 2 },
  { "[Policy]\nHours=always\n", 2 },
  { "[Policy]\nHold=Demo\n", 2 },
  { "[Policy]\nHold=a*b\n", 2 },
  { "[Policy]\nFeeds=exam*\n", 2 },
  { "[Policy]\nFeeds=../x\n", 2 },
  { "[Policy]\nNew=1\n", 2 },
  { "[Policy]\nReason=\xff\n", 0 },
};

static void
test_wrong (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (wrong); i++)
    for (int folder = 0; folder < 2; folder++)
      {
        g_autoptr (SutureAdminPolicy) policy = NULL;
        g_autoptr (GError) managed = NULL;
        g_autofree char *path = NULL;
        g_autofree char *where = NULL;

        test_paths_init ();
        put (folder ? "site.conf" : NULL, wrong[i].text);
        path = path_of (folder ? "site.conf" : NULL);
        where = wrong[i].line > 0 ? g_strdup_printf ("%s, line %u: ", path, wrong[i].line) : g_strdup_printf ("%s: ", path);
        policy = suture_admin_policy_load ();
        g_assert_error (policy->fault, SUTURE_ERROR, SUTURE_ERROR_CONFIGURATION);
        g_test_message ("%s", policy->fault->message);
        g_assert_true (g_str_has_prefix (policy->fault->message, where));
        /* whatever it could forbid is forbidden, and nothing that it says is believed */
        for (int what = 0; what < SUTURE_N_ADMIN; what++)
          g_assert_false (suture_admin_policy_permits (policy, (SutureAdminWhat) what, NULL));
        g_assert_false (suture_admin_policy_permits_improvement (policy, "demo-a", "demo", &managed));
        g_assert_error (managed, SUTURE_ERROR, SUTURE_ERROR_MANAGED);
        g_assert_true (g_str_has_suffix (managed->message, policy->fault->message));
        g_assert_cmpint (policy->removal, ==, SUTURE_ADMIN_UNSET);
        test_paths_clear ();
      }
}

static void
assert_untrusted (const char *words)
{
  g_autoptr (SutureAdminPolicy) policy = suture_admin_policy_load ();

  g_assert_error (policy->fault, SUTURE_ERROR, SUTURE_ERROR_CONFIGURATION);
  g_assert_nonnull (strstr (policy->fault->message, words));
}

static void
test_whose (void)
{
  g_autofree char *path = NULL;

  test_paths_init ();
  put (NULL, "[Policy]\nPause=no\n");
  path = path_of (NULL);
  for (int bit = 0; bit < 2; bit++)
    {
      g_assert_cmpint (g_chmod (path, bit ? 0646 : 0664), ==, 0);
      assert_untrusted ("only root may be able to write it");
    }
  g_assert_cmpint (g_chmod (path, 0644), ==, 0);
  if (geteuid () == 0)
    {
      g_assert_cmpint (chown (path, 1, 0), ==, 0);
      assert_untrusted ("it has to belong to root");
      g_assert_cmpint (chown (path, 0, 0), ==, 0);
    }
  g_assert_cmpint (g_unlink (path), ==, 0);
  g_assert_cmpint (g_mkdir (path, 0755), ==, 0);
  assert_untrusted ("it is no regular file");
  g_assert_cmpint (g_rmdir (path), ==, 0);
  g_assert_cmpint (symlink ("/dev/null", path), ==, 0);
  assert_untrusted ("symbolic link");
  g_assert_cmpint (g_unlink (path), ==, 0);
  /* who names nobody a file has no policy, and who names a pipe makes nobody wait */
  g_assert_cmpint (mkfifo (path, 0644), ==, 0);
  assert_untrusted ("it is no regular file");
  test_paths_clear ();
}

/* The same value as long as the files are the same; another one as soon as one is. */
static void
test_anew (void)
{
  g_autoptr (SutureAdminPolicy) first = NULL;
  g_autoptr (SutureAdminPolicy) same = NULL;
  g_autoptr (SutureAdminPolicy) other = NULL;
  g_autoptr (SutureAdminPolicy) more = NULL;
  g_autoptr (SutureAdminPolicy) gone = NULL;
  g_autofree char *path = NULL;

  test_paths_init ();
  put (NULL, "[Policy]\nDelay=1\n");
  first = suture_admin_policy_get ();
  same = suture_admin_policy_get ();
  g_assert_true (first == same);
  put (NULL, "[Policy]\nDelay=2\n");
  other = suture_admin_policy_get ();
  g_assert_cmpint (first->delay_days, ==, 1);
  g_assert_cmpint (other->delay_days, ==, 2);
  put ("a.conf", "[Policy]\nDelay=3\n");
  more = suture_admin_policy_get ();
  g_assert_cmpint (more->delay_days, ==, 3);
  path = path_of ("a.conf");
  g_assert_cmpint (g_unlink (path), ==, 0);
  gone = suture_admin_policy_get ();
  g_assert_cmpint (gone->delay_days, ==, 2);
  test_paths_clear ();
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/admin-policy/none", test_none);
  g_test_add_func ("/admin-policy/all", test_all);
  g_test_add_func ("/admin-policy/permissive", test_permissive);
  g_test_add_func ("/admin-policy/order", test_order);
  g_test_add_func ("/admin-policy/wrong", test_wrong);
  g_test_add_func ("/admin-policy/whose", test_whose);
  g_test_add_func ("/admin-policy/anew", test_anew);
  return g_test_run ();
}
