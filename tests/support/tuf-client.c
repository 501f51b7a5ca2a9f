/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The TUF client of helper/feed behind a command line, so that any outside suite can drive it. Not installed.
 *
 *   tuf-client --metadata-dir DIR init ROOT_FILE
 *   tuf-client --metadata-url URL --metadata-dir DIR refresh
 *   tuf-client --metadata-url URL --metadata-dir DIR --target-name PATH … --target-dir DIR --target-base-url URL download
 *
 * Exit status 0: all of it succeeded; 1: anything failed. */
#include <curl/curl.h>
#include <fcntl.h>
#include <stdio.h>

#include "base/digest.h"
#include "base/error.h"
#include "base/file.h"
#include "feed/trust.h"

#define FILE_NAME_MAX 200 /* bytes of a target's file name before its digest takes the place */
#define EXISTING_MAX (64 * 1024 * 1024)

typedef struct
{
  SutureSource source; /* first, so that a source is its server */
  const char *metadata_url;
  const char *target_url;
  CURL *curl; /* (owned) */
} Server;

typedef struct
{
  GByteArray *bytes;
  gsize max_length;
} Body;

static size_t
take_piece (char *data, size_t size, size_t count, void *user_data)
{
  Body *body = user_data;

  if (size * count > body->max_length - body->bytes->len)
    return 0;
  g_byte_array_append (body->bytes, (const guint8 *) data, (guint) (size * count));
  return size * count;
}

static GBytes *
get (Server *server, const char *base, const char *rest, gsize max_length, GError **error)
{
  g_autofree char *url = g_strconcat (base, g_str_has_suffix (base, "/") ? "" : "/", rest, NULL);
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  Body body = { bytes, max_length };
  long status = 0;
  CURLcode code;

  curl_easy_reset (server->curl);
  curl_easy_setopt (server->curl, CURLOPT_URL, url);
  curl_easy_setopt (server->curl, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt (server->curl, CURLOPT_PROXY, "");
  curl_easy_setopt (server->curl, CURLOPT_PATH_AS_IS, 1L);
  /* libcurl asks again by itself when a connection that it kept was dropped: so it keeps none */
  curl_easy_setopt (server->curl, CURLOPT_FRESH_CONNECT, 1L);
  curl_easy_setopt (server->curl, CURLOPT_FORBID_REUSE, 1L);
  curl_easy_setopt (server->curl, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt (server->curl, CURLOPT_CONNECTTIMEOUT, 30L);
  curl_easy_setopt (server->curl, CURLOPT_WRITEFUNCTION, take_piece);
  curl_easy_setopt (server->curl, CURLOPT_WRITEDATA, &body);
  code = curl_easy_perform (server->curl);
  curl_easy_getinfo (server->curl, CURLINFO_RESPONSE_CODE, &status);
  if (status == 404 || status == 403)
    g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_NOT_FOUND, "%s: the server answered %ld", url, status);
  else if (code != CURLE_OK || status != 200)
    g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_NETWORK, "%s: %s (%ld)", url, curl_easy_strerror (code), status);
  else
    return g_byte_array_free_to_bytes (g_steal_pointer (&bytes));
  return NULL;
}

static GBytes *
get_metadata (SutureSource *source, const char *name, gsize max_length, GError **error)
{
  Server *server = (Server *) source;

  return get (server, server->metadata_url, name, max_length, error);
}

static GBytes *
get_target (SutureSource *source, const char *place, gsize max_length, GError **error)
{
  Server *server = (Server *) source;
  g_autofree char *encoded = g_uri_escape_string (place, "/!$&'()*+,;=:@", FALSE);

  return get (server, server->target_url, encoded, max_length, error);
}

/* The file of @target below the target folder: one flat name for one path. */
static char *
file_name_for (const SutureTarget *target)
{
  char *encoded = g_uri_escape_string (target->path, NULL, FALSE);

  if (strlen (encoded) <= FILE_NAME_MAX)
    return encoded;
  g_free (encoded);
  return suture_digest_data (target->path, strlen (target->path));
}

static gboolean
is_there (int folder, const char *name, const SutureTarget *target)
{
  g_autoptr (GBytes) bytes = suture_file_read (folder, name, EXISTING_MAX, NULL);

  return bytes != NULL && suture_target_matches (target, bytes, NULL);
}

static gboolean
download_one (SutureTrust *trust, Server *server, const char *path, int folder, GError **error)
{
  g_autoptr (SutureTarget) target = suture_trust_find (trust, &server->source, path, error);
  g_autoptr (GBytes) bytes = NULL;
  g_autofree char *name = NULL;
  gsize length;
  const void *data;

  if (target == NULL)
    return FALSE;
  name = file_name_for (target);
  if (is_there (folder, name, target))
    return TRUE;
  bytes = suture_trust_fetch (trust, &server->source, target, error);
  if (bytes == NULL)
    return FALSE;
  data = g_bytes_get_data (bytes, &length);
  return suture_file_replace (folder, name, data, length, 0644, error);
}

static gboolean
run (Server *server, const char *folder, char **names, const char *target_folder, GError **error)
{
  g_autoptr (SutureTrust) trust = suture_trust_open (folder, NULL, error);
  gint64 now = g_get_real_time () / G_USEC_PER_SEC;
  g_auto (SutureFd) target_fd = -1;

  if (trust == NULL || !suture_trust_refresh (trust, &server->source, now, error))
    return FALSE;
  if (names == NULL)
    return TRUE;
  target_fd = suture_file_open_folder (target_folder, 0755, error);
  if (target_fd < 0)
    return FALSE;
  for (gsize i = 0; names[i] != NULL; i++)
    if (!download_one (trust, server, names[i], target_fd, error))
      return FALSE;
  return TRUE;
}

static gboolean
init (const char *folder, const char *root_file, GError **error)
{
  g_autoptr (SutureTrust) trust = NULL;
  g_autoptr (GBytes) root = NULL;
  char *text;
  gsize length;

  if (!g_file_get_contents (root_file, &text, &length, error))
    return FALSE;
  root = g_bytes_new_take (text, length);
  trust = suture_trust_open (folder, root, error);
  return trust != NULL;
}

static gboolean
usage (GError **error)
{
  g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_INVALID_ARGUMENT, "see --help: an option or the command is missing");
  return FALSE;
}

int
main (int argc, char **argv)
{
  g_autofree char *folder = NULL;
  g_autofree char *metadata_url = NULL;
  g_autofree char *target_url = NULL;
  g_autofree char *target_folder = NULL;
  g_auto (GStrv) names = NULL;
  GOptionEntry entries[] = {
    { "metadata-dir", 0, 0, G_OPTION_ARG_FILENAME, &folder, "The folder of trusted metadata", "DIR" },
    { "metadata-url", 0, 0, G_OPTION_ARG_FILENAME, &metadata_url, "Where the server has its metadata", "URL" },
    { "target-name", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &names, "A target to download; may be repeated", "PATH" },
    { "target-dir", 0, 0, G_OPTION_ARG_FILENAME, &target_folder, "Where targets are put", "DIR" },
    { "target-base-url", 0, 0, G_OPTION_ARG_FILENAME, &target_url, "Where the server has its targets", "URL" },
    { NULL },
  };
  g_autoptr (GOptionContext) context = g_option_context_new ("init ROOT_FILE | refresh | download");
  g_autoptr (GError) error = NULL;
  Server server = { { get_metadata, get_target }, NULL, NULL, NULL };
  gboolean fine = FALSE;

  g_option_context_add_main_entries (context, entries, NULL);
  if (!g_option_context_parse (context, &argc, &argv, &error))
    {
      fprintf (stderr, "tuf-client: %s\n", error->message);
      return 1;
    }
  curl_global_init (CURL_GLOBAL_DEFAULT);
  server.curl = curl_easy_init ();
  server.metadata_url = metadata_url;
  server.target_url = target_url;
  if (folder != NULL && argc == 3 && g_str_equal (argv[1], "init"))
    fine = init (folder, argv[2], &error);
  else if (folder != NULL && metadata_url != NULL && argc == 2 && g_str_equal (argv[1], "refresh"))
    fine = run (&server, folder, NULL, NULL, &error);
  else if (folder != NULL && metadata_url != NULL && target_url != NULL && target_folder != NULL && names != NULL
           && argc == 2 && g_str_equal (argv[1], "download"))
    fine = run (&server, folder, names, target_folder, &error);
  else
    fine = usage (&error);
  curl_easy_cleanup (server.curl);
  curl_global_cleanup ();
  if (!fine)
    fprintf (stderr, "tuf-client: %s: %s\n", error->domain == SUTURE_ERROR ? suture_error_to_name (error->code) : "File",
             error->message);
  return fine ? 0 : 1;
}
