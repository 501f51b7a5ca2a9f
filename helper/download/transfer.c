/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "download/transfer.h"

#include <arpa/inet.h>
#include <curl/curl.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#define REDIRECTS_MAX 3
#define HEADERS_MAX 65536       /* bytes, all answers together: nginx and Apache send under 1 KiB each */
#define REDIRECT_BODY_MAX 65536 /* bytes: the page that says "moved" */
#define USER_AGENT "suture"     /* constant: a version would tell machines apart */

typedef struct
{
  const SutureTransferRequest *request;
  const SutureTransferSettings *settings;
  SutureTransferBegin begin;
  gpointer user_data;
  CURL *curl;             /* of this hop alone, so that nothing of the one before is left in it (owned) */
  char *host;             /* "host:port" that was asked for (owned) */
  gboolean stays;         /* this hop goes to that same host */
  gboolean strayed;       /* a hop went elsewhere: whoever answered there has named all addresses since */
  guint hop;              /* redirects followed */
  gint64 started;         /* µs, monotonic */
  gint64 window_started;  /* µs; moved on by what the reader of the pipe took */
  guint64 window_bytes;   /* arrived since then */
  gsize header_bytes;
  gsize redirect_bytes;
  gboolean have_range;
  guint64 range_first, range_last, range_total;
  gboolean begun;
  guint64 left;           /* bytes that may still come */
  CURLcode code;          /* ours, in place of the callback errors of libcurl */
  SutureTransferStatus status;
} Transfer;

static long
http_status (Transfer *self)
{
  long http = 0;

  curl_easy_getinfo (self->curl, CURLINFO_RESPONSE_CODE, &http);
  return http;
}

static gboolean
refuse (Transfer *self, CURLcode code)
{
  if (self->code == CURLE_OK)
    self->code = code;
  return FALSE;
}

/* "bytes FIRST-LAST/TOTAL" */
static gboolean
parse_range (Transfer *self, const char *value)
{
  g_auto (GStrv) parts = NULL;

  if (!g_str_has_prefix (value, "bytes "))
    return FALSE;
  parts = g_strsplit_set (value + strlen ("bytes "), "-/", 4);
  return g_strv_length (parts) == 3 && g_ascii_string_to_unsigned (parts[0], 10, 0, G_MAXINT64, &self->range_first, NULL)
         && g_ascii_string_to_unsigned (parts[1], 10, 0, G_MAXINT64, &self->range_last, NULL)
         && g_ascii_string_to_unsigned (parts[2], 10, 0, G_MAXINT64, &self->range_total, NULL);
}

static size_t
on_header (char *data, size_t one, size_t length, void *user_data)
{
  const char *name = "content-range:";
  Transfer *self = user_data;

  self->header_bytes += length;
  if (self->header_bytes > HEADERS_MAX)
    return refuse (self, CURLE_WEIRD_SERVER_REPLY), 0;
  if (length > strlen (name) && g_ascii_strncasecmp (data, name, strlen (name)) == 0)
    {
      g_autofree char *value = g_strndup (data + strlen (name), length - strlen (name));

      if (self->have_range || !parse_range (self, g_strstrip (value)))
        return refuse (self, CURLE_RANGE_ERROR), 0;
      self->have_range = TRUE;
    }
  return length;
}

/* Looks at the answer once, when its first byte is there. */
static gboolean
begin_body (Transfer *self)
{
  const SutureTransferRequest *request = self->request;
  long http = http_status (self);
  curl_off_t length = -1;
  guint64 offset = 0;

  if (http == 206)
    {
      /* the whole length must be the known one too: another total is another file */
      if (request->offset == 0 || !self->have_range || self->range_first != request->offset
          || self->range_last != request->max_length - 1 || self->range_total != request->max_length)
        return refuse (self, CURLE_RANGE_ERROR);
      offset = request->offset;
    }
  else if (http != 200)
    return refuse (self, CURLE_WEIRD_SERVER_REPLY);
  self->left = request->max_length - offset;
  curl_easy_getinfo (self->curl, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &length);
  if (length >= 0 && (guint64) length > self->left)
    return refuse (self, CURLE_FILESIZE_EXCEEDED);
  self->begun = TRUE;
  if (!self->begin (offset, self->user_data))
    return refuse (self, CURLE_WRITE_ERROR);
  return TRUE;
}

static gboolean
reader_gone (Transfer *self, int wait)
{
  struct pollfd waiting = { self->request->pipe, POLLOUT, 0 };

  return poll (&waiting, 1, wait) < 0 ? errno != EINTR : (waiting.revents & (POLLERR | POLLNVAL)) != 0;
}

static gboolean
out_of_time (Transfer *self)
{
  return g_get_monotonic_time () - self->started > self->settings->total * G_TIME_SPAN_MILLISECOND;
}

static gboolean
write_pipe (Transfer *self, const char *data, gsize length)
{
  gint64 before = g_get_monotonic_time ();

  while (length > 0)
    {
      ssize_t n = TEMP_FAILURE_RETRY (write (self->request->pipe, data, length));

      if (n < 0 && (errno != EAGAIN || reader_gone (self, 1000) || out_of_time (self)))
        return refuse (self, CURLE_WRITE_ERROR);
      if (n < 0)
        continue;
      data += n;
      length -= (gsize) n;
      self->status.bytes += (guint64) n;
    }
  /* a slow disk on our side is not a slow server */
  self->window_started += g_get_monotonic_time () - before;
  return TRUE;
}

static size_t
on_body (char *data, size_t one, size_t length, void *user_data)
{
  Transfer *self = user_data;
  long http = http_status (self);

  if (http >= 300 && http < 400)
    {
      self->redirect_bytes += length;
      if (self->redirect_bytes > REDIRECT_BODY_MAX)
        return refuse (self, CURLE_WEIRD_SERVER_REPLY), 0;
      return length;
    }
  if (!self->begun && !begin_body (self))
    return 0;
  if (length > self->left)
    return refuse (self, CURLE_FILESIZE_EXCEEDED), 0;
  self->left -= length;
  self->window_bytes += length;
  return write_pipe (self, data, length) ? length : 0;
}

/* libcurl calls this at least once a second. Its own low speed option looks at moments, not at an average, so a server that
 * sends a burst now and then would hold it for ever. */
static int
on_tick (void *user_data, curl_off_t total, curl_off_t now, curl_off_t up_total, curl_off_t up_now)
{
  Transfer *self = user_data;
  const SutureTransferSettings *settings = self->settings;
  gint64 time = g_get_monotonic_time ();
  gint64 window = settings->window * G_TIME_SPAN_MILLISECOND;

  if (reader_gone (self, 0))
    return refuse (self, CURLE_WRITE_ERROR), 1;
  if (out_of_time (self) || (!self->begun && time - self->started > settings->first_byte * G_TIME_SPAN_MILLISECOND))
    return refuse (self, CURLE_OPERATION_TIMEDOUT), 1;
  if (self->begun && time - self->window_started > window)
    {
      if (self->window_bytes < (guint64) settings->min_speed * settings->window / 1000)
        return refuse (self, CURLE_OPERATION_TIMEDOUT), 1;
      self->window_started = time;
      self->window_bytes = 0;
    }
  return 0;
}

static gboolean
is_local (const struct sockaddr *address)
{
  guint32 v4;

  if (address->sa_family == AF_INET6)
    {
      const struct in6_addr *v6 = &((const struct sockaddr_in6 *) (const void *) address)->sin6_addr;

      if (!IN6_IS_ADDR_V4MAPPED (v6))
        return IN6_IS_ADDR_LOOPBACK (v6) || IN6_IS_ADDR_LINKLOCAL (v6) || IN6_IS_ADDR_UNSPECIFIED (v6);
      memcpy (&v4, v6->s6_addr + 12, sizeof v4);
    }
  else
    v4 = ((const struct sockaddr_in *) (const void *) address)->sin_addr.s_addr;
  v4 = ntohl (v4);
  return v4 >> 24 == 127 || v4 >> 24 == 0 || v4 >> 16 == 0xa9fe; /* 127/8, 0/8, 169.254/16 */
}

/* An administrator's own mirror may be anywhere; where a server sends us may not. */
static curl_socket_t
on_socket (void *user_data, curlsocktype purpose, struct curl_sockaddr *address)
{
  Transfer *self = user_data;

  if (address->family != AF_INET && address->family != AF_INET6)
    return CURL_SOCKET_BAD;
  if (self->hop > 0 && !self->stays && self->settings->proxy == NULL && is_local (&address->addr))
    {
      refuse (self, CURLE_REMOTE_ACCESS_DENIED);
      return CURL_SOCKET_BAD;
    }
  return socket (address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

/* "host:port" of @url when it is https without user and password, else NULL. */
static char *
host_of (const char *url)
{
  CURLU *parts = curl_url ();
  char *values[5] = { NULL };
  const CURLUPart which[5] = { CURLUPART_SCHEME, CURLUPART_HOST, CURLUPART_PORT, CURLUPART_USER, CURLUPART_PASSWORD };
  char *host = NULL;

  if (curl_url_set (parts, CURLUPART_URL, url, 0) == CURLUE_OK)
    {
      for (int i = 0; i < 5; i++)
        curl_url_get (parts, which[i], &values[i], CURLU_DEFAULT_PORT);
      if (g_strcmp0 (values[0], "https") == 0 && values[1] != NULL && values[2] != NULL && values[3] == NULL
          && values[4] == NULL)
        host = g_strdup_printf ("%s:%s", values[1], values[2]);
    }
  for (int i = 0; i < 5; i++)
    curl_free (values[i]);
  curl_url_cleanup (parts);
  return host;
}

/* Whether this hop may see the credential. What libcurl itself would do about other hosts is not relied on: a hop that may
 * not see it has a handle that was never told of it (CVE-2018-1000007, CVE-2022-27774, CVE-2022-27776). @host is of the
 * parser that connects. */
static gboolean
may_see_credential (const Transfer *self, const char *host)
{
  const SutureCredential *credential = self->request->credential;
  g_autofree char *lower = g_ascii_strdown (host, -1);
  g_autofree char *origin = g_strconcat ("https://", lower, NULL);

  return credential != NULL && !self->strayed && g_str_equal (origin, credential->origin);
}

/* Through libcurl's own options, which are for the server inside the tunnel and never for the proxy that makes it; a header
 * of our own would go wherever the handle goes. */
static gboolean
set_credential (Transfer *self, const char *host)
{
  const SutureCredential *credential = self->request->credential;

  if (!may_see_credential (self, host))
    return TRUE;
  if (*credential->user == '\0')
    return curl_easy_setopt (self->curl, CURLOPT_HTTPAUTH, (long) CURLAUTH_BEARER) == CURLE_OK
           && curl_easy_setopt (self->curl, CURLOPT_XOAUTH2_BEARER, credential->secret) == CURLE_OK;
  return curl_easy_setopt (self->curl, CURLOPT_HTTPAUTH, (long) CURLAUTH_BASIC) == CURLE_OK
         && curl_easy_setopt (self->curl, CURLOPT_USERNAME, credential->user) == CURLE_OK
         && curl_easy_setopt (self->curl, CURLOPT_PASSWORD, credential->secret) == CURLE_OK;
}

/* Behind a proxy the address can't be looked at, so a name that says it is local is refused as well. */
static gboolean
names_local (const char *host)
{
  return g_str_has_prefix (host, "localhost:") || strstr (host, ".localhost:") != NULL || g_str_has_prefix (host, "127.")
         || g_str_has_prefix (host, "169.254.") || g_str_has_prefix (host, "[::1]") || g_str_has_prefix (host, "[fe80:");
}

static gboolean
set_options (Transfer *self)
{
  const SutureTransferSettings *settings = self->settings;
  g_autofree char *range = g_strdup_printf ("%" G_GUINT64_FORMAT "-", self->request->offset);
  CURL *curl = self->curl;
  gboolean ok = TRUE;

#define SET(option, value) ok = curl_easy_setopt (curl, option, value) == CURLE_OK && ok
  SET (CURLOPT_PROTOCOLS_STR, "https");
  SET (CURLOPT_REDIR_PROTOCOLS_STR, "https");
  SET (CURLOPT_FOLLOWLOCATION, 0L);
  SET (CURLOPT_HTTP_VERSION, (long) CURL_HTTP_VERSION_1_1); /* one request a process: nothing to gain from more code */
  SET (CURLOPT_SSLVERSION, (long) CURL_SSLVERSION_TLSv1_2);
  SET (CURLOPT_SSL_VERIFYPEER, 1L);
  SET (CURLOPT_SSL_VERIFYHOST, 2L);
  SET (CURLOPT_NETRC, (long) CURL_NETRC_IGNORED);
  SET (CURLOPT_UNRESTRICTED_AUTH, 0L);
  SET (CURLOPT_USERAGENT, USER_AGENT);
  SET (CURLOPT_ACCEPT_ENCODING, NULL);
  SET (CURLOPT_HTTP_CONTENT_DECODING, 0L);
  SET (CURLOPT_FAILONERROR, 1L);
  SET (CURLOPT_NOSIGNAL, 1L);
  SET (CURLOPT_QUICK_EXIT, 1L); /* a resolver that hangs is not waited for: the process ends anyway */
  SET (CURLOPT_FRESH_CONNECT, 1L);
  SET (CURLOPT_FORBID_REUSE, 1L);
  SET (CURLOPT_CONNECTTIMEOUT_MS, (long) settings->first_byte);
  SET (CURLOPT_TIMEOUT_MS, (long) settings->total);
  SET (CURLOPT_PROXY, settings->proxy != NULL ? settings->proxy : ""); /* "" also ends the look at the environment */
  SET (CURLOPT_NOPROXY, "");
  if (self->request->offset > 0)
    SET (CURLOPT_RANGE, range);
  if (settings->ca_file != NULL)
    {
      SET (CURLOPT_CAINFO, settings->ca_file);
      SET (CURLOPT_CAPATH, NULL);
    }
  SET (CURLOPT_HEADERFUNCTION, on_header);
  SET (CURLOPT_HEADERDATA, self);
  SET (CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
  SET (CURLOPT_WRITEFUNCTION, on_body);
  SET (CURLOPT_WRITEDATA, self);
  SET (CURLOPT_OPENSOCKETFUNCTION, on_socket);
  SET (CURLOPT_OPENSOCKETDATA, self);
  SET (CURLOPT_NOPROGRESS, 0L);
  SET (CURLOPT_XFERINFOFUNCTION, on_tick);
  SET (CURLOPT_XFERINFODATA, self);
#undef SET
  return ok;
}

/* Asks @url and, when it is a redirect that may be followed, sets @next. */
static CURLcode
perform_hop (Transfer *self, const char *url, char **next)
{
  g_autofree char *host = host_of (url);
  const char *location = NULL;
  CURLcode code;
  long http;

  if (host == NULL)
    return self->hop > 0 ? CURLE_REMOTE_ACCESS_DENIED : CURLE_URL_MALFORMAT;
  if (self->host == NULL)
    self->host = g_strdup (host);
  self->stays = g_str_equal (host, self->host);
  self->strayed = self->strayed || !self->stays;
  if (self->hop > 0 && !self->stays && names_local (host))
    return CURLE_REMOTE_ACCESS_DENIED;
  self->have_range = FALSE;
  if (!set_options (self) || !set_credential (self, host)
      || curl_easy_setopt (self->curl, CURLOPT_URL, url) != CURLE_OK)
    return CURLE_FAILED_INIT;
  code = curl_easy_perform (self->curl);
  http = http_status (self);
  self->status.http = (guint) http;
  if (self->code != CURLE_OK || code != CURLE_OK)
    return self->code != CURLE_OK ? self->code : code;
  if (http == 200 || http == 206)
    return CURLE_OK;
  curl_easy_getinfo (self->curl, CURLINFO_REDIRECT_URL, &location);
  if (location == NULL || (http != 301 && http != 302 && http != 303 && http != 307 && http != 308))
    return CURLE_WEIRD_SERVER_REPLY;
  if (self->hop == REDIRECTS_MAX)
    return CURLE_TOO_MANY_REDIRECTS;
  *next = g_strdup (location);
  return CURLE_OK;
}

SutureTransferStatus
suture_transfer_run (const SutureTransferRequest *request,
                     const SutureTransferSettings *settings,
                     SutureTransferBegin begin,
                     gpointer user_data)
{
  Transfer self = { .request = request, .settings = settings, .begin = begin, .user_data = user_data };
  g_autofree char *url = g_strdup (request->url);
  CURLcode code = CURLE_OK;

  self.started = self.window_started = g_get_monotonic_time ();
  if (fcntl (request->pipe, F_SETFL, O_NONBLOCK) < 0)
    code = CURLE_FAILED_INIT;
  while (code == CURLE_OK && url != NULL)
    {
      char *next = NULL;

      self.curl = curl_easy_init ();
      code = self.curl != NULL ? perform_hop (&self, url, &next) : CURLE_FAILED_INIT;
      curl_easy_cleanup (self.curl);
      g_free (url);
      url = next;
      self.hop++;
    }
  g_free (self.host);
  self.status.code = (guint) code;
  return self.status;
}
