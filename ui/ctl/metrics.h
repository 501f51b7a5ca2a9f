/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "client/client.h"

G_BEGIN_DECLS

/* What is known, in Prometheus' text format, as gauges. @client: NULL where the helper can't be reached: suture_up 0 alone. What there
 * is none of has no series, but for states, which are all there. */
char *suture_metrics_new (SutureClient *client) G_GNUC_WARN_UNUSED_RESULT;

/* Prints that, or puts it in the place of the file @output, 0644, as a whole: who reads it (node_exporter's textfile collector) sees
 * the old or the new one. SUTURE_ERROR_FAILED. */
gboolean suture_metrics_tell (SutureClient *client, const char *output, GError **error);

G_END_DECLS
