/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>
#include <sys/types.h>

/* Whether root trusts what suture-local signs: feeds.d/local.conf and local.root.json, which are root's own. */

G_BEGIN_DECLS

/* Trusts the first root of the repository of suture-local, whose user is @owner: what can be read there has to be that user's, and
 * nobody else's to write. Where it is trusted already, nothing is changed; where another one is, it is replaced, and all that was
 * trusted for that begins anew (feed/trust.h). Each file is replaced whole, and on the disk when this returns.
 * SUTURE_ERROR_NOT_APPLICABLE: a local.conf that is not of Kind=local is there, and stays; _UNAVAILABLE: suture-local has made
 * no keys; _MALFORMED, _SIGNATURE: they are none; _FAILED: they are somebody else's as well. Nothing was changed then. */
gboolean suture_local_feed_set_on (uid_t owner, GError **error);

/* Trusts it no more. What is installed from it stays, and can be removed. Where it is off, nothing is done.
 * SUTURE_ERROR_NOT_APPLICABLE as above. */
gboolean suture_local_feed_set_off (GError **error);

G_END_DECLS
