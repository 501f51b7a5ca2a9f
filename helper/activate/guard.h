/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "base/file.h"

/* What must hold before anything is mounted: the right name space, no package manager at work, nobody else of ours. */

G_BEGIN_DECLS

/* Whether this process sees the mounts and the root folder that PID 1 sees. In any other mount name space all would
 * look merged from inside and nothing be merged outside (PrivateTmp= in the unit is enough). SUTURE_ERROR_FAILED. */
gboolean suture_guard_namespace (GError **error);

/* SUTURE_ERROR_BUSY while a package manager holds one of dpkg's locks, or is just about to: dpkg takes its lock only
 * after its hook has run, so the hook leaves SUTURE_GUARD_ASIDE_FILE, which counts for SUTURE_GUARD_ASIDE seconds: more than
 * suture-detach waits for the lock. */
#define SUTURE_GUARD_ASIDE 8
#define SUTURE_GUARD_ASIDE_FILE "/run/suture/aside"
gboolean suture_guard_package_manager (GError **error);

/* Takes SUTURE_PATH_LOCK (made if missing), waiting at most @seconds. The lock ends with the descriptor.
 * -1 with SUTURE_ERROR_BUSY when another process keeps it. */
int suture_guard_lock (guint seconds, GError **error);

/* Whether the peer of @socket is root or the user "suture", by the kernel's word. SUTURE_ERROR_NOT_AUTHORIZED. */
gboolean suture_guard_peer (int socket, GError **error);

G_END_DECLS
