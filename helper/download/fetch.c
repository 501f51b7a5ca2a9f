/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* suture-fetch: the connection that systemd accepted is descriptor 3; it is served once, with limits that are fixed here,
 * and nothing is kept. */

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/error.h"
#include "base/file.h"
#include "base/paths.h"
#include "download/session.h"

#define CONNECTION_FD 3 /* sd_listen_fds(3), SD_LISTEN_FDS_START */
#define PROXY_MAX 4096  /* bytes of proxy.conf */

/* The address of [Proxy] URL=; NULL without @error when there is no file, or an empty one: that is what systemd leaves at
 * the mount point in our root folder when an administrator takes the file away. A file that can't be used is an error:
 * going around an administrator's proxy in silence would be wrong. */
static char *
load_proxy (GError **error)
{
  g_autoptr (GKeyFile) file = g_key_file_new ();
  g_autoptr (GError) missing = NULL;
  g_autoptr (GBytes) bytes = suture_file_read (AT_FDCWD, suture_path (SUTURE_PATH_PROXY), PROXY_MAX, &missing);
  g_autofree char *url = NULL;

  if (g_error_matches (missing, SUTURE_ERROR, SUTURE_ERROR_NOT_FOUND))
    return NULL;
  if (bytes == NULL)
    {
      g_propagate_error (error, g_steal_pointer (&missing));
      return NULL;
    }
  if (g_bytes_get_size (bytes) == 0)
    return NULL;
  /* GLib's messages quote the line, which may hold a password */
  if (g_key_file_load_from_bytes (file, bytes, G_KEY_FILE_NONE, NULL))
    url = g_key_file_get_string (file, "Proxy", "URL", NULL);
  if (url != NULL && (g_str_has_prefix (url, "http://") || g_str_has_prefix (url, "https://")))
    return g_steal_pointer (&url);
  g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_MALFORMED, "%s has no [Proxy] URL= of http:// or https://",
               suture_path (SUTURE_PATH_PROXY));
  return NULL;
}

int
main (int argc, char **argv)
{
  /* 1,000 B/s averaged over 30 s, the first byte within 30 s, one hour in total */
  SutureTransferSettings settings
      = { .first_byte = 30000, .window = 30000, .min_speed = 1000, .total = 60 * 60 * 1000 };
  g_autoptr (GError) error = NULL;
  g_autofree char *proxy = NULL;

  /* libcurl and OpenSSL would read proxies, key logs and more from it */
  clearenv ();
  signal (SIGPIPE, SIG_IGN);
  proxy = load_proxy (&error);
  if (error == NULL)
    {
      settings.proxy = proxy;
      suture_session_serve (CONNECTION_FD, &settings, &error);
    }
  if (error == NULL)
    return EXIT_SUCCESS;
  g_printerr ("suture-fetch: %s\n", error->message);
  return EXIT_FAILURE;
}
