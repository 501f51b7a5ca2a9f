/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "engine/source.h"

#include <fcntl.h>
#include <unistd.h>

#include "base/error.h"
#include "base/file.h"
#include "engine/vault.h"
#include "test-fetch.h"
#include "test-paths.h"

/* A feed's server that wants to know who asks: what its refusals mean, and that what is kept for the feed is used. */

static SutureTransferSettings settings;

static void
serve (const char *folder, const char *path)
{
  g_autofree char *file = g_build_filename (folder, "www", path, NULL);
  g_autofree char *parent = g_path_get_dirname (file);

  g_assert_cmpint (g_mkdir_with_parents (parent, 0755), ==, 0);
  g_assert_true (g_file_set_contents (file, path, -1, NULL));
}

/* How asking for the metadata file @name ends: a SutureError, or -1. */
static int
ask (const SutureFeedConfig *config, const char *name)
{
  g_autoptr (SutureSource) source = suture_source_new_remote (config, NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) bytes = source->metadata (source, name, 1000, &error);

  g_assert_cmpint (bytes == NULL, ==, error != NULL);
  g_test_message ("%s: %s", name, error != NULL ? error->message : "there");
  return error != NULL ? error->code : -1;
}

static void
test_refusals (void)
{
  const struct
  {
    const char *behaviour;
    const char *name;
    int without; /* SutureError; -1: there it is */
    int wrong;
    int right;
  } rows[] = {
    { "private", "timestamp.json", SUTURE_ERROR_NOT_SIGNED_IN, SUTURE_ERROR_NOT_SIGNED_IN, -1 },
    { "private", "2.root.json", SUTURE_ERROR_NOT_SIGNED_IN, SUTURE_ERROR_NOT_SIGNED_IN, SUTURE_ERROR_NOT_FOUND },
    { "private-403", "timestamp.json", SUTURE_ERROR_NOT_SIGNED_IN, SUTURE_ERROR_NOT_SIGNED_IN, -1 },
    { "private-403", "2.root.json", SUTURE_ERROR_NOT_FOUND, SUTURE_ERROR_NOT_FOUND, SUTURE_ERROR_NOT_FOUND },
    { "private-403", "1.snapshot.json", SUTURE_ERROR_NOT_FOUND, SUTURE_ERROR_NOT_FOUND, SUTURE_ERROR_NOT_FOUND },
    { "404", "timestamp.json", SUTURE_ERROR_NOT_FOUND, SUTURE_ERROR_NOT_FOUND, SUTURE_ERROR_NOT_FOUND },
  };
  TestServer server;

  test_server_start (&server, "server.pem", NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      char name[] = "beta";
      g_autofree char *url = g_strdup_printf ("https://127.0.0.1:%u/bad/%s", server.port, rows[i].behaviour);
      g_autofree char *origin = suture_credential_origin (url);
      const SutureFeedConfig config = { .name = name, .url = url };
      g_autoptr (SutureCredential) wrong = suture_credential_new (origin, "", "wrong", NULL);
      g_autoptr (SutureCredential) right = suture_credential_new (origin, "", "opensesame", NULL);

      g_assert_true (suture_vault_erase (name, NULL));
      g_assert_cmpint (ask (&config, rows[i].name), ==, rows[i].without);
      g_assert_true (suture_vault_save (name, wrong, NULL));
      g_assert_cmpint (ask (&config, rows[i].name), ==, rows[i].wrong);
      g_assert_true (suture_vault_save (name, right, NULL));
      g_assert_cmpint (ask (&config, rows[i].name), ==, rows[i].right);
    }
  test_server_stop (&server);
}

static void
test_payload (void)
{
  char name[] = "beta";
  g_autofree char *url = NULL;
  g_autofree char *origin = NULL;
  g_autoptr (SutureCredential) right = NULL;
  g_autoptr (SutureSource) source = NULL;
  g_autoptr (GError) error = NULL;
  SutureFeedConfig config = { .name = name };
  g_auto (SutureFd) fd = test_fetch_file (test_fetch_content, 0);
  char have[64] = { 0 };
  TestServer server;

  test_server_start (&server, "server.pem", NULL);
  config.url = url = g_strdup_printf ("https://127.0.0.1:%u/bad/private", server.port);
  origin = suture_credential_origin (url);
  right = suture_credential_new (origin, "anna", "open sesame, ü", NULL);
  g_assert_true (suture_vault_save (name, right, NULL));
  source = suture_source_new_remote (&config, NULL);
  g_assert_true (suture_source_fetch_payload (source, "payload", 24, fd, NULL, NULL, &error));
  g_assert_no_error (error);
  g_assert_cmpint (pread (fd, have, sizeof have, 0), ==, 24);
  g_assert_cmpstr (have, ==, "targets/payloads/payload");
  test_server_stop (&server);
}

/* Behind the time that a feed has, its server is not asked any more. */
static void
test_deadline (void)
{
  char name[] = "gamma";
  g_autofree char *url = NULL;
  SutureFeedConfig config = { .name = name };
  TestServer server;

  test_server_start (&server, "server.pem", NULL);
  config.url = url = g_strdup_printf ("https://127.0.0.1:%u", server.port);
  for (guint seconds = 0; seconds <= 60; seconds += 60)
    {
      g_autoptr (SutureSource) source = suture_source_new_remote (&config, NULL);
      g_autoptr (GError) error = NULL;
      g_autoptr (GBytes) bytes = NULL;

      suture_source_set_deadline (source, seconds);
      bytes = source->metadata (source, "timestamp.json", 1000, &error);
      if (seconds > 0)
        g_assert_nonnull (bytes);
      else
        g_assert_error (error, SUTURE_ERROR, SUTURE_ERROR_NETWORK);
    }
  test_server_stop (&server);
}

/* What can't be read is not taken for nothing: no request goes out without it. */
static void
test_locked (void)
{
  char name[] = "beta", url[] = "https://127.0.0.1:1/suture";
  const SutureFeedConfig config = { .name = name, .url = url };
  g_autofree char *path = g_build_filename (suture_path (SUTURE_PATH_CREDENTIALS), name, NULL);

  (void) unlink (path);
  g_assert_cmpint (symlink ("/nonexistent", path), ==, 0);
  g_assert_cmpint (ask (&config, "timestamp.json"), ==, SUTURE_ERROR_FAILED);
  g_assert_cmpint (unlink (path), ==, 0);
  g_assert_cmpint (ask (&config, "timestamp.json"), ==, SUTURE_ERROR_NETWORK);
}

int
main (int argc, char **argv)
{
  const char *folder;
  int failed;

  g_test_init (&argc, &argv, NULL);
  folder = test_fetch_begin (&settings);
  serve (folder, "metadata/timestamp.json");
  serve (folder, "targets/payloads/payload");
  g_test_add_func ("/source/refusals", test_refusals);
  g_test_add_func ("/source/payload", test_payload);
  g_test_add_func ("/source/deadline", test_deadline);
  g_test_add_func ("/source/locked", test_locked);
  failed = g_test_run ();
  test_fetch_end ();
  return failed;
}
