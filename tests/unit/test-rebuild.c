/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "test-manifest.h"
#include "test-tree.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zstd.h>

#include "base/digest.h"
#include "base/error.h"
#include "base/file.h"
#include "rebuild/rebuild.h"

#define IMAGE_SIZE (64 * 4096)

/* An image, two old files that it has much in common with, and both payloads. */
typedef struct
{
  char *top;
  char *image;               /* IMAGE_SIZE bytes */
  GBytes *full, *delta;      /* payloads as made */
  SutureManifest *manifest;
} Fixture;

static GBytes *
encode (const char *image, gsize length, const char *reference, gsize reference_length)
{
  ZSTD_CCtx *context = ZSTD_createCCtx ();
  gsize bound = ZSTD_compressBound (length);
  g_autofree char *output = g_malloc (bound);
  gsize result;

  ZSTD_CCtx_setParameter (context, ZSTD_c_windowLog, 22);
  ZSTD_CCtx_refPrefix (context, reference, reference_length);
  result = ZSTD_compress2 (context, output, bound, image, length);
  g_assert_false (ZSTD_isError (result));
  ZSTD_freeCCtx (context);
  return g_bytes_new (output, result);
}

static char *
digest_of (GBytes *bytes)
{
  return suture_digest_data (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
}

/* @length letters that don't repeat. */
static char *
letters (guint32 seed, gsize length)
{
  GRand *random = g_rand_new_with_seed (seed);
  char *text = g_malloc (length + 1);

  for (gsize i = 0; i < length; i++)
    text[i] = (char) g_rand_int_range (random, 'a', 'z' + 1);
  text[length] = '\0';
  g_rand_free (random);
  return text;
}

static void
describe (Fixture *self, const char *first, const char *second)
{
  const char *const first_old[] = { first };
  const char *const second_old[] = { second };
  const char *const none[] = { NULL };
  g_autofree char *one = test_manifest_file ("/usr/lib/a", "A", first_old, 1);
  g_autofree char *two = test_manifest_file ("/usr/lib/b", "B", second_old, 1);
  g_autofree char *three = test_manifest_file ("/usr/lib/c", "C", none, 1);
  g_autofree char *files = g_strdup_printf ("%s, %s, %s", one, two, three);
  g_autofree char *full = digest_of (self->full);
  g_autofree char *delta = digest_of (self->delta);
  g_autofree char *image = suture_digest_data (self->image, IMAGE_SIZE);
  g_autofree char *payloads = g_strdup_printf (
      "{ \"encoding\": \"zstd\", \"size\": %zu, \"sha256\": \"%s\" },"
      "{ \"encoding\": \"zstd-prefix\", \"base\": 0, \"size\": %zu, \"sha256\": \"%s\" },"
      "{ \"encoding\": \"unheard-of\", \"base\": 0, \"size\": 1, \"sha256\": \"%s\" }",
      g_bytes_get_size (self->full), full, g_bytes_get_size (self->delta), delta, delta);
  g_autoptr (GBytes) json = test_manifest_json (
      &(TestManifest){ .files = files, .payloads = payloads, .image_size = IMAGE_SIZE, .image_sha256 = image });
  g_autoptr (GError) error = NULL;

  g_clear_pointer (&self->manifest, suture_manifest_unref);
  self->manifest = suture_manifest_parse (json, &error);
  g_assert_no_error (error);
}

static void
set_up (Fixture *self, gconstpointer data)
{
  g_autofree char *first = letters (1, 100000);
  g_autofree char *second = letters (2, 50001);
  g_autofree char *reference = g_strconcat (first, second, NULL);

  self->top = test_tree_new ();
  test_tree_write (self->top, "/usr/lib/a", first, 0644);
  test_tree_write (self->top, "/usr/lib/b", second, 0644);
  self->image = letters (3, IMAGE_SIZE);
  memcpy (self->image + 5000, second, strlen (second));
  memcpy (self->image + 100000, first, strlen (first));
  self->full = encode (self->image, IMAGE_SIZE, NULL, 0);
  self->delta = encode (self->image, IMAGE_SIZE, reference, strlen (reference));
  describe (self, first, second);
}

static void
tear_down (Fixture *self, gconstpointer data)
{
  suture_manifest_unref (self->manifest);
  g_bytes_unref (self->full);
  g_bytes_unref (self->delta);
  g_free (self->image);
  test_tree_remove (self->top);
  g_free (self->top);
}

/* Rebuilds from @bytes as if they were @payload; checks what is left in the file. */
static void
rebuild (Fixture *self, const SuturePayload *payload, GBytes *bytes, GCancellable *cancellable, GError **error)
{
  g_auto (SutureFd) usr = test_tree_open (self->top, "/usr");
  g_auto (SutureFd) folder = test_tree_open (self->top, "");
  g_auto (SutureFd) in = suture_file_unnamed (folder, 0600, NULL);
  g_auto (SutureFd) out = suture_file_unnamed (folder, 0600, NULL);
  gboolean good;
  struct stat status;

  g_assert_true (suture_file_write_all (in, g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), NULL));
  good = suture_rebuild_image (self->manifest, payload, in, usr, out, cancellable, error);
  g_assert_no_errno (fstat (out, &status));
  if (good)
    {
      g_autofree char *copy = g_malloc (IMAGE_SIZE);

      g_assert_cmpint (status.st_size, ==, IMAGE_SIZE);
      g_assert_cmpint (pread (out, copy, IMAGE_SIZE, 0), ==, IMAGE_SIZE);
      g_assert_cmpmem (copy, IMAGE_SIZE, self->image, IMAGE_SIZE);
    }
  else
    g_assert_cmpint (status.st_size, ==, 0);
}

static const SuturePayload *
payload_at (Fixture *self, guint index)
{
  return g_ptr_array_index (self->manifest->payloads, index);
}

static void
test_good (Fixture *self, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  rebuild (self, payload_at (self, 0), self->full, NULL, &error);
  g_assert_no_error (error);
  rebuild (self, payload_at (self, 1), self->delta, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (g_bytes_get_size (self->delta), <, g_bytes_get_size (self->full));
}

static void
test_choose (Fixture *self, gconstpointer data)
{
  g_assert_cmpstr (suture_rebuild_choose (self->manifest, 0)->encoding, ==, "zstd-prefix");
  g_assert_cmpstr (suture_rebuild_choose (self->manifest, -1)->encoding, ==, "zstd");
  g_assert_cmpstr (suture_rebuild_choose (self->manifest, 1)->encoding, ==, "zstd");
}

/* What does not have the signed digest is refused before it is decoded: every byte, and every length. */
static void
test_damaged (Fixture *self, gconstpointer data)
{
  gsize length = g_bytes_get_size (self->delta);

  for (gsize i = 0; i < length; i += length / 37)
    {
      g_autofree guint8 *copy = g_memdup2 (g_bytes_get_data (self->delta, NULL), length);
      g_autoptr (GBytes) flipped = NULL;
      g_autoptr (GBytes) shorter = g_bytes_new (copy, i);
      g_autoptr (GError) error = NULL;

      copy[i] ^= 1;
      flipped = g_bytes_new (copy, length);
      rebuild (self, payload_at (self, 1), flipped, NULL, &error);
      g_assert_error (error, SUTURE_ERROR, SUTURE_ERROR_HASH);
      g_clear_error (&error);
      rebuild (self, payload_at (self, 1), shorter, NULL, &error);
      g_assert_error (error, SUTURE_ERROR, SUTURE_ERROR_HASH);
    }
}

/* A payload as the manifest would have signed it; what it holds is wrong. */
static void
rebuild_signed (Fixture *self, GBytes *bytes, int base, GError **error)
{
  g_autofree char *sha256 = digest_of (bytes);
  const SuturePayload payload = { .encoding = (char *) (base >= 0 ? "zstd-prefix" : "zstd"),
                                  .base = base,
                                  .size = g_bytes_get_size (bytes),
                                  .sha256 = sha256 };

  rebuild (self, &payload, bytes, NULL, error);
}

static void
test_signed_wrong (Fixture *self, gconstpointer data)
{
  const gsize bomb_size = 64 * 1024 * 1024;
  g_autofree char *zeros = g_malloc0 (bomb_size);
  g_autofree char *other = letters (9, IMAGE_SIZE);
  g_autoptr (GBytes) bomb = encode (zeros, bomb_size, NULL, 0);
  g_autoptr (GBytes) small = encode (self->image, IMAGE_SIZE - 1, NULL, 0);
  g_autoptr (GBytes) large = encode (zeros, IMAGE_SIZE + 1, NULL, 0);
  g_autoptr (GBytes) wrong = encode (other, IMAGE_SIZE, NULL, 0);
  g_autoptr (GBytes) rubbish = g_bytes_new (other, 1000);
  GBytes *malformed[] = { bomb, small, large, rubbish };
  g_autoptr (GError) error = NULL;

  for (gsize i = 0; i < G_N_ELEMENTS (malformed); i++)
    {
      rebuild_signed (self, malformed[i], -1, &error);
      g_assert_error (error, SUTURE_ERROR, SUTURE_ERROR_MALFORMED);
      g_clear_error (&error);
    }
  rebuild_signed (self, wrong, -1, &error);
  g_assert_error (error, SUTURE_ERROR, SUTURE_ERROR_HASH);
}

static void
test_wrong_reference (Fixture *self, gconstpointer data)
{
  g_autofree char *other = letters (7, 100000);
  g_autoptr (GError) error = NULL;

  test_tree_write (self->top, "/usr/lib/a", other, 0644);
  rebuild (self, payload_at (self, 1), self->delta, NULL, &error);
  g_assert_error (error, SUTURE_ERROR, SUTURE_ERROR_NOT_APPLICABLE);
  g_clear_error (&error);
  test_tree_unlink (self->top, "/usr/lib/a");
  rebuild (self, payload_at (self, 1), self->delta, NULL, &error);
  g_assert_error (error, SUTURE_ERROR, SUTURE_ERROR_FAILED);
  g_clear_error (&error);
  /* the full payload asks for no old file */
  rebuild (self, payload_at (self, 0), self->full, NULL, &error);
  g_assert_no_error (error);
}

static void
test_cancelled (Fixture *self, gconstpointer data)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;

  g_cancellable_cancel (cancellable);
  for (guint i = 0; i < 2; i++)
    {
      rebuild (self, payload_at (self, i), i == 0 ? self->full : self->delta, cancellable, &error);
      g_assert_error (error, SUTURE_ERROR, SUTURE_ERROR_CANCELLED);
      g_clear_error (&error);
    }
}

static void
test_no_space (Fixture *self, gconstpointer data)
{
  g_auto (SutureFd) usr = test_tree_open (self->top, "/usr");
  g_auto (SutureFd) folder = test_tree_open (self->top, "");
  g_auto (SutureFd) in = suture_file_unnamed (folder, 0600, NULL);
  g_auto (SutureFd) full = open ("/dev/full", O_RDWR | O_CLOEXEC);
  g_autoptr (GError) error = NULL;

  /* a device has no blocks to reserve: an error all the same, and not a signal in the middle of decoding */
  g_assert_true (suture_file_write_all (in, g_bytes_get_data (self->full, NULL), g_bytes_get_size (self->full), NULL));
  g_assert_false (suture_rebuild_image (self->manifest, payload_at (self, 0), in, usr, full, NULL, &error));
  g_assert_nonnull (error);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name, function) g_test_add ("/rebuild/" name, Fixture, NULL, set_up, function, tear_down)
  ADD ("good", test_good);
  ADD ("choose", test_choose);
  ADD ("damaged", test_damaged);
  ADD ("signed-wrong", test_signed_wrong);
  ADD ("wrong-reference", test_wrong_reference);
  ADD ("cancelled", test_cancelled);
  ADD ("no-space", test_no_space);
  return g_test_run ();
}
