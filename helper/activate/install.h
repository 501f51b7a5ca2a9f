/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "activate/boot.h"
#include "activate/reply.h"
#include "activate/request.h"
#include "activate/shelf.h"

/* The three changes. Each is for a caller that holds the lock; each leaves the old or the new, whenever it is killed. A
 * package manager that starts meanwhile is looked for once more before anything is merged: SUTURE_ERROR_BUSY. */

G_BEGIN_DECLS

/* Proves, copies, mounts, merges and records what @request asks for, in place of an earlier improvement of the same
 * component. Already merged: nothing changes, and it is a success. On error everything is as before. SUTURE_ERROR_UNAVAILABLE
 * where the computer was started without improvements. @boot forgets what it knew of it. */
gboolean suture_install (SutureShelf *shelf, SutureBoot *boot, const SutureRequest *request, const SutureReply *reply,
                         GError **error);

/* Takes the improvement @id out. One that is not there is a success. Needs no space. What goes wrong with the others is
 * put right if it can be; if not, @error says so and they are out too, but @id is removed all the same: nothing stays merged
 * that was to be removed. One whose record is damaged is removed like any other. */
gboolean suture_remove (SutureShelf *shelf, SutureBoot *boot, const char *id, const SutureReply *reply, GError **error);

/* Lets content decide again about everything installed: merges what applies, forgets what the system includes by now,
 * keeps the rest out, and what @boot leaves out. One that is broken never keeps another from being merged. @inside_dpkg: the caller is dpkg's own
 * hook, so that a package manager at work is no obstacle. SUTURE_ERROR_FAILED when one that applies could not be merged. */
gboolean suture_reconsider (SutureShelf *shelf, const SutureBoot *boot, gboolean inside_dpkg, const SutureReply *reply,
                            GError **error);

G_END_DECLS
