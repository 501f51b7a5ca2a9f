/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ctl/secret.h"

#include <errno.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "base/credential.h"
#include "base/error.h"

#define CTRL_C 0x03
#define CTRL_D 0x04
#define CTRL_H 0x08
#define CTRL_U 0x15
#define DELETE 0x7f

/* Big enough never to grow: a buffer that moves leaves copies. */
typedef struct
{
  char bytes[SUTURE_CREDENTIAL_SECRET_MAX + 2];
  gsize length;
} Typed;

static gboolean
add (Typed *self, char c)
{
  if (self->length >= sizeof self->bytes - 1)
    return FALSE;
  self->bytes[self->length++] = c;
  return TRUE;
}

/* The last character, which may be several bytes. */
static void
take_back (Typed *self)
{
  while (self->length > 0 && (self->bytes[self->length - 1] & 0xc0) == 0x80)
    self->length--;
  if (self->length > 0)
    self->length--;
}

static gboolean
too_long (GError **error)
{
  g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_INVALID_ARGUMENT, "a token or password has at most %d bytes",
               SUTURE_CREDENTIAL_SECRET_MAX);
  return FALSE;
}

static gboolean
type_line (Typed *self, GError **error)
{
  for (;;)
    {
      char c = 0;
      ssize_t n = TEMP_FAILURE_RETRY (read (STDIN_FILENO, &c, 1));

      if (n <= 0 || c == CTRL_C || (c == CTRL_D && self->length == 0))
        {
          g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_CANCELLED, "nothing was entered");
          return FALSE;
        }
      if (c == '\n' || c == '\r' || c == CTRL_D)
        return TRUE;
      if (c == CTRL_H || c == DELETE)
        take_back (self);
      else if (c == CTRL_U)
        self->length = 0;
      else if (!add (self, c))
        return too_long (error);
    }
}

/* Keys as they come, signals too, so that nothing ends us while the terminal is dumb. */
static gboolean
read_terminal (Typed *self, const char *prompt, const struct termios *before, GError **error)
{
  struct termios quiet = *before;
  gboolean ok;

  quiet.c_lflag &= ~(tcflag_t) (ECHO | ECHONL | ICANON | ISIG);
  quiet.c_cc[VMIN] = 1;
  quiet.c_cc[VTIME] = 0;
  if (tcsetattr (STDIN_FILENO, TCSAFLUSH, &quiet) < 0)
    return suture_error_set_errno (error, errno, "the terminal could not be told to hide what is typed");
  /* only now: whoever sees it may type */
  g_printerr ("%s ", prompt);
  ok = type_line (self, error);
  (void) tcsetattr (STDIN_FILENO, TCSAFLUSH, before);
  g_printerr ("\n");
  return ok;
}

static gboolean
read_input (Typed *self, GError **error)
{
  for (;;)
    {
      ssize_t n = TEMP_FAILURE_RETRY (
          read (STDIN_FILENO, self->bytes + self->length, sizeof self->bytes - 1 - self->length));

      if (n < 0)
        return suture_error_set_errno (error, errno, "standard input could not be read");
      if (n == 0)
        break;
      self->length += (gsize) n;
      if (self->length == sizeof self->bytes - 1 && self->bytes[self->length - 1] != '\n')
        return too_long (error);
    }
  if (self->length > 0 && self->bytes[self->length - 1] == '\n')
    self->length--;
  return TRUE;
}

char *
suture_secret_read (const char *prompt, GError **error)
{
  struct termios before;
  Typed typed = { .length = 0 };
  gboolean ok = tcgetattr (STDIN_FILENO, &before) == 0 ? read_terminal (&typed, prompt, &before, error)
                                                       : read_input (&typed, error);
  char *secret = NULL;

  if (ok && memchr (typed.bytes, '\0', typed.length) != NULL)
    g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_INVALID_ARGUMENT, "a token or password has no zero byte");
  else if (ok)
    secret = g_strndup (typed.bytes, typed.length);
  explicit_bzero (&typed, sizeof typed);
  return secret;
}
