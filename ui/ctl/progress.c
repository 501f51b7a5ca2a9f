/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ctl/progress.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include "client/status.h"

#define BAR_WIDTH 24   /* columns */
#define WIDTH_UNKNOWN 80

struct _SutureProgress
{
  SutureClient *client; /* (owned) */
  gulong handler;
  gboolean terminal;
};

static int
terminal_width (void)
{
  struct winsize size = { 0 };

  return ioctl (STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : WIDTH_UNKNOWN;
}

static char *
draw_bar (const SutureFacts *facts)
{
  GString *bar = g_string_new ("[");
  double part = CLAMP ((double) facts->bytes_done / (double) facts->bytes_total, 0.0, 1.0);

  for (int i = 0; i < BAR_WIDTH; i++)
    g_string_append_c (bar, i < (int) (part * BAR_WIDTH) ? '#' : '.');
  g_string_append_printf (bar, "] %3d%%  ", (int) (part * 100));
  return g_string_free (bar, FALSE);
}

static void
on_changed (SutureClient *client, SutureProgress *self)
{
  const SutureFacts *facts = suture_client_get_facts (client);
  g_autoptr (SutureStatus) status = suture_status_new_for_client (client);
  g_autofree char *bar = facts->bytes_total > 0 ? draw_bar (facts) : g_strdup ("");
  g_autofree char *line = NULL;
  glong room = terminal_width () - 1;

  if (status->kind != SUTURE_STATUS_WORKING)
    return;
  line = g_strconcat (bar, status->title, facts->bytes_total > 0 ? "  " : "", status->subtitle, NULL);
  if (g_utf8_strlen (line, -1) > room)
    *g_utf8_offset_to_pointer (line, room) = '\0';
  g_printerr ("\r\033[K%s", line);
}

SutureProgress *
suture_progress_new (SutureClient *client)
{
  SutureProgress *self = g_new0 (SutureProgress, 1);

  self->client = g_object_ref (client);
  self->terminal = isatty (STDERR_FILENO) != 0;
  if (self->terminal)
    self->handler = g_signal_connect (client, "changed", G_CALLBACK (on_changed), self);
  return self;
}

void
suture_progress_free (SutureProgress *self)
{
  if (self->terminal)
    {
      g_signal_handler_disconnect (self->client, self->handler);
      g_printerr ("\r\033[K");
    }
  g_object_unref (self->client);
  g_free (self);
}
