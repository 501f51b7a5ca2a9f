/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "passphrase.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "base/file.h"

#define NEW_MIN 8 /* characters of a new one */

struct _SuturePassphrase
{
  char *file; /* or NULL (owned) */
  int fd;     /* the caller's, or -1 */
  gboolean have;
  char text[SUTURE_PASSPHRASE_MAX + 2]; /* a byte more than is allowed, and a NUL */
};

SuturePassphrase *
suture_passphrase_new (const char *file, int fd)
{
  SuturePassphrase *self = g_new0 (SuturePassphrase, 1);

  self->file = g_strdup (file);
  self->fd = fd;
  return self;
}

void
suture_passphrase_free (SuturePassphrase *self)
{
  if (self == NULL)
    return;
  OPENSSL_cleanse (self->text, sizeof self->text);
  g_free (self->file);
  g_free (self);
}

/* Reads the first line of @fd, byte by byte: what follows is somebody else's. */
static gboolean
read_line (SuturePassphrase *self, int fd, GError **error)
{
  gsize length = 0;

  for (;;)
    {
      ssize_t n = TEMP_FAILURE_RETRY (read (fd, self->text + length, 1));

      if (n < 0)
        return suture_error_set_errno (error, errno, "could not read the passphrase");
      if (n == 0 || self->text[length] == '\n' || self->text[length] == '\0')
        break;
      if (++length > SUTURE_PASSPHRASE_MAX)
        break;
    }
  self->text[length] = '\0';
  if (length > 0 && length <= SUTURE_PASSPHRASE_MAX)
    return TRUE;
  g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_INVALID_ARGUMENT, "the passphrase is %s",
               length == 0 ? "empty" : "too long");
  return FALSE;
}

static gboolean
read_given (SuturePassphrase *self, GError **error)
{
  g_auto (SutureFd) opened = -1;

  if (self->file == NULL)
    return read_line (self, self->fd, error);
  opened = open (self->file, O_RDONLY | O_CLOEXEC | O_NOCTTY);
  if (opened < 0)
    return suture_error_set_errno (error, errno, "could not open the passphrase's file %s", self->file);
  return read_line (self, opened, error);
}

/* OpenSSL would read standard input where there is no terminal, and show what is typed there. */
static gboolean
has_terminal (const char *what, GError **error)
{
  g_auto (SutureFd) terminal = open ("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);

  if (terminal >= 0)
    return TRUE;
  g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_UNAVAILABLE,
               "%s has a passphrase, and there is no terminal to ask for it: use --passphrase-file or --passphrase-fd", what);
  return FALSE;
}

static gboolean
ask (SuturePassphrase *self, const char *what, gboolean twice, GError **error)
{
  g_autofree char *prompt = g_strdup_printf ("%sassphrase of %s: ", twice ? "New p" : "P", what);

  if (!has_terminal (what, error))
    return FALSE;
  if (EVP_read_pw_string_min (self->text, twice ? NEW_MIN : 1, SUTURE_PASSPHRASE_MAX, prompt, twice) == 0)
    return TRUE;
  OPENSSL_cleanse (self->text, sizeof self->text);
  if (twice)
    g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_CANCELLED,
                 "no passphrase of %d or more characters was given for %s, twice the same", NEW_MIN, what);
  else
    g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_CANCELLED, "no passphrase was given for %s", what);
  return FALSE;
}

gboolean
suture_passphrase_is_given (SuturePassphrase *self)
{
  return self->file != NULL || self->fd >= 0;
}

const char *
suture_passphrase_get (SuturePassphrase *self, const char *what, gboolean twice, GError **error)
{
  if (!suture_passphrase_is_given (self))
    return ask (self, what, twice, error) ? self->text : NULL;
  self->have = self->have || read_given (self, error);
  if (self->have && twice && strlen (self->text) < NEW_MIN)
    {
      g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_INVALID_ARGUMENT, "a new passphrase needs %d characters", NEW_MIN);
      return NULL;
    }
  return self->have ? self->text : NULL;
}
