/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* A GLogWriterFunc: one record a message, whatever strangers wrote into it (THREATS 31): controls and bidirectional marks
 * are taken out, it is cut at 4 KiB, and GLib's own writer does the rest. */
GLogWriterOutput suture_log_write (GLogLevelFlags level, const GLogField *fields, gsize n_fields, gpointer user_data);

/* What it would write for @message. */
char *suture_log_clean (const char *message) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
