/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* Lets systemd-sysext merge again: asked only where somebody else's extension is merged on the trees that we need, since
 * only it can mount that one. @whole_usr: with its defaults; otherwise with our trees. Its exit code says nothing
 * (252 returns 0 when its worker failed): the caller looks at what is merged. */
gboolean suture_sysext_refresh (gboolean whole_usr, GError **error);

G_END_DECLS
