/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "engine/known.h"
#include "feed/config.h"

/* What the feeds say, as verified: what each offers, and what it has withdrawn. Filled by a check, then never changed. */

G_BEGIN_DECLS

/* What a publisher has taken back. */
typedef struct
{
  char *feed;       /* strings are (owned) */
  char *id;         /* of the improvement */
  gint64 date;      /* seconds since the epoch; 0: not said */
  char *reason;     /* plain text, clean; "" when none was given */
  gboolean current; /* the last check heard it from the feed, in metadata that is valid now */
} SutureWithdrawal;

typedef struct
{
  gatomicrefcount count;
  GPtrArray *known;      /* SutureKnown: of a feed and a component the letter with the highest number; and where that waits for
                            this machine's turn, the latest one that does not (owned) */
  GPtrArray *withdrawn;  /* SutureWithdrawal (owned) */
  GHashTable *manifests; /* SHA-256 of every manifest that was looked at, of use or not: a set (owned) */
} SutureOffers;

SutureOffers *suture_offers_new (void) G_GNUC_WARN_UNUSED_RESULT;
SutureOffers *suture_offers_ref (SutureOffers *self);
void suture_offers_unref (SutureOffers *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SutureOffers, suture_offers_unref)

/* Takes @offer over; drops what is passed by another. */
void suture_offers_add (SutureOffers *self, SutureKnown *offer);
/* Whether a later letter than @known, of the same feed and component, is offered whose turn has come by now. */
gboolean suture_offers_is_passed (const SutureOffers *self, const SutureKnown *known);

/* Adds that @feed has taken @id back, with the members of SutureWithdrawal; texts are copied. */
void suture_offers_add_withdrawal (
    SutureOffers *self, const char *feed, const char *id, gint64 date, const char *reason, gboolean current);

/* All that @before (may be NULL) holds of @feed: what was known of one that could not be asked. */
void suture_offers_add_from (SutureOffers *self, const SutureOffers *before, const char *feed);

/* What @feed has withdrawn under @id, or NULL; stays @self's. */
const SutureWithdrawal *suture_offers_find_withdrawal (const SutureOffers *self, const char *feed, const char *id);

/* Whether @known is the local feed's, and gives way: another feed, which may, offers an improvement of its component. That is no
 * conflict: what a publisher has made for this system is always before what this computer makes for itself. */
gboolean suture_offers_gives_way (const SutureOffers *self, const SutureFeedConfigs *feeds, const SutureKnown *known);

/* Which other feeds, but the local one, offer what @known is, be it by component or by id, and may as well as its own, with all
 * @feeds: names, its own among them, sorted; NULL when there is none. */
char **suture_offers_find_rivals (const SutureOffers *self, const SutureFeedConfigs *feeds, const SutureKnown *known);

/* Which other feeds offer, and may, an improvement of a @component that root holds from @feed: whose it is decides that, so that
 * theirs can't be seen. Names, sorted; NULL when there is none. */
char **suture_offers_find_hidden (
    const SutureOffers *self, const SutureFeedConfigs *feeds, const char *feed, const char *component);

G_END_DECLS
