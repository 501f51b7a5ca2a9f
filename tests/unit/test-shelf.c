/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "activate/shelf.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/digest.h"
#include "base/error.h"
#include "base/file.h"
#include "test-manifest.h"
#include "test-paths.h"

#define SIZE 4096 /* the smallest that a manifest allows */

/* An image's text with @last as its last character. */
static char *
image_text (gsize size, char last)
{
  char *text = g_strnfill (size, 'i');

  text[size - 1] = last;
  return text;
}

static GBytes *
demo_json (void)
{
  const char *const old[] = { "old" };
  g_autofree char *image = image_text (SIZE, 'e');
  g_autofree char *file = test_manifest_file ("/usr/lib/one", "new", old, 1);
  g_autofree char *sha256 = suture_digest_data (image, strlen (image));

  return test_manifest_json (
      &(TestManifest){ .files = file, .image_size = strlen (image), .image_sha256 = sha256 });
}

static SutureManifest *
demo (GBytes *json)
{
  g_autoptr (GError) error = NULL;
  SutureManifest *manifest = suture_manifest_parse (json, &error);

  g_assert_no_error (error);
  return manifest;
}

/* A file below the test's folder; what a helper would hand over. */
static int
handed (gsize size, char last)
{
  g_autofree char *text = image_text (size, last);
  g_autofree char *path = g_build_filename (suture_path (SUTURE_PATH_SPOOL), "image", NULL);
  int fd;

  g_assert_true (g_file_set_contents (path, text, -1, NULL));
  fd = open (path, O_RDONLY | O_CLOEXEC);
  g_assert_cmpint (fd, >=, 0);
  return fd;
}

static gboolean
is_there (const char *name)
{
  g_autofree char *path = g_build_filename (suture_path (SUTURE_PATH_ROOT_IMAGES), name, NULL);

  return g_file_test (path, G_FILE_TEST_EXISTS);
}

/* Puts demo-a on the shelf and installs it. */
static void
install (SutureShelf *shelf)
{
  g_autoptr (GBytes) json = demo_json ();
  g_autoptr (SutureManifest) manifest = demo (json);
  g_auto (SutureFd) from = handed (SIZE, 'e');
  g_autoptr (GError) error = NULL;
  g_auto (SutureFd) copy = suture_shelf_copy (shelf, manifest, from, &error);

  g_assert_no_error (error);
  g_assert_true (suture_shelf_put (shelf, manifest, copy, json, &error));
  g_assert_no_error (error);
  g_assert_true (suture_shelf_commit (shelf, "demo-a", "demo", NULL, &error));
  g_assert_no_error (error);
}

static SutureShelf *
open_shelf (void)
{
  g_autoptr (GError) error = NULL;
  SutureShelf *shelf;

  test_paths_init ();
  shelf = suture_shelf_open (&error);
  g_assert_no_error (error);
  return shelf;
}

static void
test_round (void)
{
  g_autoptr (SutureShelf) shelf = open_shelf ();
  g_autoptr (GPtrArray) installed = NULL;
  g_autoptr (GPtrArray) removed = NULL;
  g_autoptr (GPtrArray) none = NULL;
  g_autoptr (GError) error = NULL;
  g_auto (SutureFd) image = -1;
  SutureInstalled *one;

  install (shelf);
  installed = suture_shelf_list (shelf, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (installed->len, ==, 1);
  one = suture_shelf_find (installed, "demo-a");
  g_assert_nonnull (one);
  g_assert_cmpstr (one->feed, ==, "demo");
  g_assert_true (suture_shelf_find_component (installed, "demo") == one);
  g_assert_null (suture_shelf_find (installed, "demo-b"));
  image = suture_shelf_open_image (shelf, one->manifest, &error);
  g_assert_no_error (error);
  suture_shelf_clean (shelf);
  g_assert_true (is_there ("suture-demo-a.erofs") && is_there ("suture-demo-a.json"));

  g_assert_true (suture_shelf_withdraw (shelf, "demo-a", &error));
  none = suture_shelf_list (shelf, &error);
  g_assert_cmpuint (none->len, ==, 0);
  suture_shelf_clean (shelf);
  g_assert_false (is_there ("suture-demo-a.erofs") || is_there ("suture-demo-a.json"));
  removed = suture_shelf_removed ();
  g_assert_cmpuint (removed->len, ==, 1);
  g_assert_cmpstr (((SutureManifest *) removed->pdata[0])->id, ==, "demo-a");
  test_paths_clear ();
}

/* The step that was killed between naming the files and recording the feed has installed nothing. */
static void
test_orphans (void)
{
  g_autoptr (SutureShelf) shelf = open_shelf ();
  g_autoptr (GBytes) json = demo_json ();
  g_autoptr (SutureManifest) manifest = demo (json);
  g_auto (SutureFd) from = handed (SIZE, 'e');
  g_autoptr (GError) error = NULL;
  g_auto (SutureFd) copy = suture_shelf_copy (shelf, manifest, from, &error);
  g_autoptr (GPtrArray) installed = NULL;

  g_assert_true (suture_shelf_put (shelf, manifest, copy, json, &error));
  installed = suture_shelf_list (shelf, &error);
  g_assert_cmpuint (installed->len, ==, 0);
  suture_shelf_clean (shelf);
  g_assert_false (is_there ("suture-demo-a.erofs") || is_there ("suture-demo-a.json"));
  test_paths_clear ();
}

/* A replacement renames the old one's word, so that there is never both and never neither. */
static void
test_replace (void)
{
  g_autoptr (SutureShelf) shelf = open_shelf ();
  g_autoptr (GError) error = NULL;

  install (shelf);
  g_assert_true (suture_shelf_commit (shelf, "demo-b", "demo", "demo-a", &error));
  g_assert_no_error (error);
  g_assert_true (is_there ("suture-demo-b.feed"));
  g_assert_false (is_there ("suture-demo-a.feed"));
  test_paths_clear ();
}

static void
assert_copy_refused (SutureShelf *shelf, int from, SutureError code)
{
  g_autoptr (GBytes) json = demo_json ();
  g_autoptr (SutureManifest) manifest = demo (json);
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (from, >=, 0);
  g_assert_cmpint (suture_shelf_copy (shelf, manifest, from, &error), ==, -1);
  g_assert_error (error, SUTURE_ERROR, (int) code);
  close (from);
}

static void
test_copy_refused (void)
{
  g_autoptr (SutureShelf) shelf = open_shelf ();
  g_autofree char *fifo = g_build_filename (suture_path (SUTURE_PATH_SPOOL), "fifo", NULL);

  assert_copy_refused (shelf, handed (SIZE, 'E'), SUTURE_ERROR_HASH);
  assert_copy_refused (shelf, handed (SIZE - 1, 'e'), SUTURE_ERROR_HASH);
  assert_copy_refused (shelf, handed (SIZE + 1, 'e'), SUTURE_ERROR_HASH);
  assert_copy_refused (shelf, open ("/dev/zero", O_RDONLY | O_CLOEXEC), SUTURE_ERROR_INVALID_ARGUMENT);
  assert_copy_refused (shelf, open (suture_path (SUTURE_PATH_SPOOL), O_RDONLY | O_CLOEXEC),
                       SUTURE_ERROR_INVALID_ARGUMENT);
  g_assert_no_errno (mkfifo (fifo, 0600));
  assert_copy_refused (shelf, open (fifo, O_RDWR | O_CLOEXEC), SUTURE_ERROR_INVALID_ARGUMENT);
  test_paths_clear ();
}

/* What the sender does to its file afterwards changes nothing in the copy (CVE-2020-25860). */
static void
test_copy_is_own (void)
{
  g_autoptr (SutureShelf) shelf = open_shelf ();
  g_autoptr (GBytes) json = demo_json ();
  g_autoptr (SutureManifest) manifest = demo (json);
  g_autofree char *path = g_build_filename (suture_path (SUTURE_PATH_SPOOL), "image", NULL);
  g_auto (SutureFd) from = handed (SIZE, 'e');
  g_autoptr (GError) error = NULL;
  g_auto (SutureFd) copy = suture_shelf_copy (shelf, manifest, from, &error);
  g_auto (SutureFd) writer = open (path, O_WRONLY | O_CLOEXEC);
  g_autofree char *sha256 = NULL;

  g_assert_no_error (error);
  g_assert_cmpint (pwrite (writer, "evil", 4, 0), ==, 4);
  sha256 = suture_digest_fd (copy, NULL, &error);
  g_assert_cmpstr (sha256, ==, manifest->image_sha256);
  test_paths_clear ();
}

static void
test_altered_on_disk (void)
{
  g_autoptr (SutureShelf) shelf = open_shelf ();
  g_autofree char *path = g_build_filename (suture_path (SUTURE_PATH_ROOT_IMAGES), "suture-demo-a.erofs", NULL);
  g_autofree char *json = g_build_filename (suture_path (SUTURE_PATH_ROOT_IMAGES), "suture-demo-a.json", NULL);
  g_autofree char *altered = image_text (SIZE, 'E');
  g_autoptr (GPtrArray) installed = NULL;
  g_autoptr (GPtrArray) none = NULL;
  g_autoptr (GError) error = NULL;

  install (shelf);
  installed = suture_shelf_list (shelf, &error);
  g_assert_true (g_file_set_contents (path, altered, -1, NULL));
  g_assert_cmpint (
      suture_shelf_open_image (shelf, ((SutureInstalled *) installed->pdata[0])->manifest, &error), ==, -1);
  g_assert_error (error, SUTURE_ERROR, SUTURE_ERROR_HASH);
  /* a manifest that can't be read costs itself, and is said in the log */
  g_clear_error (&error);
  g_assert_true (g_file_set_contents (json, "{}", -1, NULL));
  g_log_set_always_fatal (G_LOG_FATAL_MASK | G_LOG_LEVEL_CRITICAL);
  none = suture_shelf_list (shelf, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (none->len, ==, 0);
  test_paths_clear ();
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/shelf/round", test_round);
  g_test_add_func ("/shelf/orphans", test_orphans);
  g_test_add_func ("/shelf/replace", test_replace);
  g_test_add_func ("/shelf/copy-refused", test_copy_refused);
  g_test_add_func ("/shelf/copy-is-own", test_copy_is_own);
  g_test_add_func ("/shelf/altered-on-disk", test_altered_on_disk);
  return g_test_run ();
}
