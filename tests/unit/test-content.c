/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "test-manifest.h"
#include "test-paths.h"
#include "test-tree.h"

#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/file.h"
#include "verify/content.h"

#define ONE "/usr/lib/one"
#define TWO "/usr/lib/two"
#define NEW "/usr/share/x/new"

/* Two known bases: (1a, 2a) and (1b, 2b); fixed is (1f, 2f), and a file that is new. */
static SutureManifest *
demo (void)
{
  const char *const one[] = { "1a", "1b" };
  const char *const two[] = { "2a", "2b" };
  const char *const none[] = { NULL, NULL };
  g_autofree char *first = test_manifest_file (ONE, "1f", one, 2);
  g_autofree char *second = test_manifest_file (TWO, "2f", two, 2);
  g_autofree char *third = test_manifest_file (NEW, "new", none, 2);
  g_autofree char *link = g_strdup ("{ \"path\": \"/usr/lib/zlink\", \"type\": \"symlink\", \"target\": \"two\","
                                    "\"old\": [ \"one\", \"one\" ] }");
  g_autofree char *files = g_strdup_printf ("%s, %s, %s, %s", first, second, link, third);
  g_autoptr (GBytes) json = test_manifest_json (&(TestManifest){ .files = files, .n_bases = 2 });
  g_autoptr (GError) error = NULL;
  SutureManifest *manifest = suture_manifest_parse (json, &error);

  g_assert_no_error (error);
  return manifest;
}

static const struct
{
  const char *name;
  const char *one, *two, *link, *new; /* what is there; NULL: nothing */
  SutureContentState state;
  int base;
  const char *path;
} rows[] = {
  { "first-base", "1a", "2a", "one", NULL, SUTURE_CONTENT_APPLIES, 0, NULL },
  { "second-base", "1b", "2b", "one", NULL, SUTURE_CONTENT_APPLIES, 1, NULL },
  { "fixed", "1f", "2f", "two", "new", SUTURE_CONTENT_INCLUDED, -1, NULL },
  { "mixed-bases", "1a", "2b", "one", NULL, SUTURE_CONTENT_MIXED, -1, TWO },
  { "half-fixed", "1f", "2a", "one", NULL, SUTURE_CONTENT_MIXED, -1, TWO },
  { "fixed-but-new", "1f", "2f", "two", NULL, SUTURE_CONTENT_MIXED, -1, NEW },
  { "other", "1x", "2a", "one", NULL, SUTURE_CONTENT_SUPERSEDED, -1, ONE },
  { "other-later", "1a", "2x", "one", NULL, SUTURE_CONTENT_SUPERSEDED, -1, TWO },
  { "other-link", "1a", "2a", "elsewhere", NULL, SUTURE_CONTENT_SUPERSEDED, -1, "/usr/lib/zlink" },
  { "one-missing", "1a", NULL, "one", NULL, SUTURE_CONTENT_SUPERSEDED, -1, TWO },
  { "new-is-there", "1a", "2a", "one", "foreign", SUTURE_CONTENT_SUPERSEDED, -1, NEW },
  { "nothing", NULL, NULL, NULL, NULL, SUTURE_CONTENT_NOT_INSTALLED, -1, NULL },
};

static void
fill (const char *top, gsize row)
{
  if (rows[row].one != NULL)
    test_tree_write (top, ONE, rows[row].one, 0644);
  if (rows[row].two != NULL)
    test_tree_write (top, TWO, rows[row].two, 0644);
  if (rows[row].link != NULL)
    test_tree_link (top, "/usr/lib/zlink", rows[row].link);
  if (rows[row].new != NULL)
    test_tree_write (top, NEW, rows[row].new, 0644);
}

static void
check (const SutureManifest *manifest, const char *top, SutureContentState state, int base, const char *path)
{
  g_auto (SutureFd) usr = test_tree_open (top, "/usr");
  g_auto (SutureContent) content = { 0 };
  g_autoptr (GError) error = NULL;

  suture_content_compare (manifest, usr, NULL, &content, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (suture_content_to_string (content.state), ==, suture_content_to_string (state));
  g_assert_cmpint (content.base, ==, base);
  g_assert_cmpstr (content.path, ==, path);
}

static void
test_row (gconstpointer data)
{
  gsize row = GPOINTER_TO_SIZE (data);
  const char *top = test_paths_init ();
  g_autoptr (SutureManifest) manifest = demo ();
  g_auto (SutureFd) usr = -1;
  g_autoptr (GError) error = NULL;
  gboolean fixed = rows[row].state == SUTURE_CONTENT_INCLUDED;

  fill (top, row);
  check (manifest, top, rows[row].state, rows[row].base, rows[row].path);
  usr = test_tree_open (top, "/usr");
  g_assert_cmpint (suture_content_is_fixed (manifest, usr, &error), ==, fixed);
  if (!fixed)
    g_assert_error (error, SUTURE_ERROR, SUTURE_ERROR_NOT_APPLICABLE);
  test_paths_clear ();
}

/* One look through many manifests reads a file once; who acts on it reads it again. */
static void
test_seen (void)
{
  const char *top = test_paths_init ();
  g_autoptr (SutureManifest) manifest = demo ();
  g_autoptr (GHashTable) seen = suture_content_seen_new ();
  g_auto (SutureFd) usr = -1;

  fill (top, 0);
  usr = test_tree_open (top, "/usr");
  for (int i = 0; i < 2; i++)
    {
      g_auto (SutureContent) shared = { 0 };
      g_auto (SutureContent) alone = { 0 };

      g_assert_true (suture_content_compare (manifest, usr, seen, &shared, NULL));
      g_assert_cmpint (shared.state, ==, SUTURE_CONTENT_APPLIES);
      g_assert_true (suture_content_compare (manifest, usr, NULL, &alone, NULL));
      g_assert_cmpint (alone.state, ==, i == 0 ? SUTURE_CONTENT_APPLIES : SUTURE_CONTENT_SUPERSEDED);
      test_tree_write (top, ONE, "1x", 0644);
    }
  test_paths_clear ();
}

static void
test_other_base (void)
{
  const char *const releases[] = { "ID=debian\nVERSION_ID=13\n", "ID=ubuntu\nVERSION_ID=12\n", "ID=debian\n" };
  g_autoptr (SutureManifest) manifest = demo ();

  for (gsize i = 0; i < G_N_ELEMENTS (releases); i++)
    {
      const char *top = test_paths_init ();

      fill (top, 0);
      test_tree_write (top, "/usr/lib/os-release", releases[i], 0644);
      check (manifest, top, SUTURE_CONTENT_OTHER_BASE, -1, NULL);
    }
  test_paths_clear ();
}

/* Right bytes are not enough: type, and the way there. */
static void
test_types (void)
{
  const char *top = test_paths_init ();
  g_autoptr (SutureManifest) manifest = demo ();
  g_autofree char *fifo = g_strconcat (top, ONE, NULL);
  g_autofree char *lib = g_strconcat (top, "/usr/lib", NULL);
  g_autofree char *elsewhere = g_strconcat (top, "/usr/elsewhere", NULL);

  fill (top, 0);
  test_tree_unlink (top, ONE);
  test_tree_write (top, "/usr/lib/real", "1a", 0644);
  test_tree_link (top, ONE, "real");
  check (manifest, top, SUTURE_CONTENT_SUPERSEDED, -1, ONE);
  test_tree_unlink (top, ONE);
  g_assert_no_errno (mkfifo (fifo, 0644)); /* opened for reading it would block for ever */
  check (manifest, top, SUTURE_CONTENT_SUPERSEDED, -1, ONE);
  test_tree_unlink (top, ONE);
  g_assert_no_errno (mkdir (fifo, 0755));
  check (manifest, top, SUTURE_CONTENT_SUPERSEDED, -1, ONE);
  test_tree_unlink (top, ONE);
  test_tree_write (top, ONE, "1a", 0644);
  check (manifest, top, SUTURE_CONTENT_APPLIES, 0, NULL);
  /* a folder that became a link: an image would hide it */
  g_assert_no_errno (rename (lib, elsewhere));
  test_tree_link (top, "/usr/lib", "elsewhere");
  check (manifest, top, SUTURE_CONTENT_SUPERSEDED, -1, ONE);
  test_paths_clear ();
}

static void
test_mode (void)
{
  const char *top = test_paths_init ();
  g_autoptr (SutureManifest) manifest = demo ();
  g_autofree char *one = g_strconcat (top, ONE, NULL);
  g_auto (SutureFd) usr = -1;
  g_autoptr (GError) error = NULL;

  fill (top, 2);
  usr = test_tree_open (top, "/usr");
  g_assert_true (suture_content_is_fixed (manifest, usr, NULL));
  g_assert_no_errno (chmod (one, 04755));
  g_assert_false (suture_content_is_fixed (manifest, usr, &error));
  g_assert_error (error, SUTURE_ERROR, SUTURE_ERROR_NOT_APPLICABLE);
  test_paths_clear ();
}

/* Nothing outside is reached, whatever the path. */
static void
test_beneath (void)
{
  const char *top = test_paths_init ();
  g_auto (SutureFd) usr = -1;

  test_tree_write (top, "/etc/secret", "secret", 0644);
  test_tree_link (top, "/usr/lib/out", "../../etc");
  usr = test_tree_open (top, "/usr");
  g_assert_cmpint (suture_content_open_regular (usr, "/usr/lib/out/secret"), ==, -1);
  g_assert_cmpint (suture_content_open_regular (usr, "/usr/../etc/secret"), ==, -1);
  g_assert_cmpint (suture_content_open_regular (usr, "/usr//etc/passwd"), ==, -1);
  test_paths_clear ();
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *path = g_strconcat ("/content/", rows[i].name, NULL);

      g_test_add_data_func (path, GSIZE_TO_POINTER (i), test_row);
    }
  g_test_add_func ("/content/seen", test_seen);
  g_test_add_func ("/content/other-base", test_other_base);
  g_test_add_func ("/content/types", test_types);
  g_test_add_func ("/content/mode", test_mode);
  g_test_add_func ("/content/beneath", test_beneath);
  return g_test_run ();
}
