/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "edition.h"

#include "base/error.h"
#include "chain.h"
#include "clock-check.h"
#include "events.h"
#include "numbers.h"
#include "pending.h"
#include "proof.h"
#include "seal.h"
#include "stage.h"

/* Days until a role expires. Whoever can't reach the publisher learns of it after the shortest, the timestamp's. */
#define TARGETS_DAYS 90
#define SNAPSHOT_DAYS 30
#define RENEW_DAYS 30          /* a role that lasts longer than this, and than the timestamp, is not signed again */
#define RENEW_SNAPSHOT_DAYS 10 /* the same of a snapshot that says nothing new */
#define RENEW_ROOT_DAYS 60     /* time to find a root key that is kept elsewhere */
#define DAY (24 * 60 * 60)     /* seconds */

typedef struct
{
  SutureEdition *plan; /* the caller's */
  gint64 now;          /* seconds since the epoch, of all of it */
  guint days;          /* until the timestamp ends */
  gint64 waits_since;  /* when a timestamp was issued that waits and may go out; 0: none does */
  GHashTable *seals;   /* role → SutureSeal: what was signed for the draft, whether it can go out or not (owned) */
  GHashTable *used;    /* a set of roles: those of them that go out (owned) */
  GHashTable *warned;  /* a set of roles (owned) */
  /* of one attempt: */
  JsonObject *root, *targets; /* the bodies that say who signs; borrowed */
  JsonObject *meta;           /* the snapshot's "meta" (owned) */
  gboolean forgotten; /* whether desktops forget versions when they see the root */
  SutureChainHead head; /* where the log goes on, and how */
  SutureChainStart log;
  GError *stuck; /* why it can't go out whatever is signed, or NULL (owned) */
  gboolean complete;
} Work;

static void
work_clear (Work *self)
{
  g_hash_table_unref (self->seals);
  g_hash_table_unref (self->used);
  g_hash_table_unref (self->warned);
  g_clear_pointer (&self->meta, json_object_unref);
  g_clear_error (&self->stuck);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Work, work_clear)

static const SutureMetadata *
latest_of (const Work *self, const char *role)
{
  return suture_repository_latest (self->plan->repository, role);
}

/* The version that @role has next. */
static gboolean
find_version (const Work *self, const char *role, gint64 *version, GError **error)
{
  return suture_numbers_next (self->plan->repository, role, self->forgotten, version, error);
}

/* Whether what is published of @role lasts for @days, and for as long as the timestamp is going to say that all is well. A version that
 * a thief drove up does not, once desktops forget it. */
static gboolean
lasts (const Work *self, const char *role, guint days)
{
  const SutureMetadata *latest = latest_of (self, role);

  return !(self->forgotten && suture_numbers_are_used_up (self->plan->repository, role))
         && latest->expires > self->now + (gint64) MAX (days, self->days) * DAY;
}

static GPtrArray *
quorums_of (const Work *self, const char *role, GError **error)
{
  return suture_seal_find_quorums (self->plan->repository, self->root, self->targets, role, error);
}

/* The body of @role's next version, to be signed: @body with what is its own each time. */
static JsonObject *
complete_body (Work *self, const char *role, JsonObject *body, gint64 version, guint days)
{
  JsonObject *whole = suture_draft_copy (body);

  suture_repository_set_common (whole, version, self->now + (gint64) days * DAY);
  if (g_str_equal (role, "timestamp"))
    suture_repository_set_time (whole, "issued", self->now);
  else if (json_object_has_member (whole, "issued")) /* somebody's who altered what waited */
    json_object_remove_member (whole, "issued");
  return whole;
}

/* Whether @waiting, which somebody signed already, says just @body and can go out as it is. */
static gboolean
is_still_good (
    Work *self, const SutureEnvelope *waiting, const char *role, JsonObject *body, gint64 version, guint days)
{
  return suture_draft_same (waiting->body, body)
         && suture_pending_is_timely (waiting, role, self->now, days, self->plan->exact)
         && json_object_get_int_member_with_default (waiting->body, "version", 0) == version;
}

/* Collects signatures for @body as the next version of @role, those of @keys where they may sign what nobody has looked at. The seal
 * stays part of @self. */
static SutureSeal *
collect (Work *self, const char *role, JsonObject *body, guint days, SutureSealKeys keys, GError **error)
{
  SutureSeal *seal = g_hash_table_lookup (self->seals, role);
  g_autoptr (SutureEnvelope) waiting = NULL;
  g_autoptr (GPtrArray) quorums = quorums_of (self, role, error);
  g_autoptr (JsonObject) whole = NULL;
  gint64 version;

  if (quorums == NULL || !find_version (self, role, &version, error))
    return NULL;
  if (seal != NULL && suture_draft_same (suture_seal_get_body (seal), body))
    waiting = suture_seal_read (seal);
  else if (self->plan->pending)
    waiting = suture_pending_read (self->plan->repository->depot, role, version);
  if (waiting != NULL && is_still_good (self, waiting, role, body, version, days))
    whole = json_object_ref (waiting->body);
  else
    whole = complete_body (self, role, body, version, days);
  seal = suture_seal_new (whole, quorums);
  g_hash_table_replace (self->seals, g_strdup (role), seal);
  if (waiting != NULL)
    suture_seal_take (seal, waiting);
  if (!suture_draft_is_shown (self->plan->draft, role))
    keys = SUTURE_SEAL_UNATTENDED;
  return suture_seal_sign (seal, self->plan->keyring, keys, error) ? seal : NULL;
}

static void
note (Work *self, const char *role, gint64 version, GBytes *bytes)
{
  g_autofree char *plain = g_strconcat (role, ".json", NULL);
  JsonObject *entry = json_object_new ();

  json_object_set_int_member (entry, "version", version);
  suture_repository_add_digest (entry, bytes);
  json_object_set_object_member (self->meta, plain, entry);
}

/* Lets @seal go out, and notes it for the snapshot. */
static void
use (Work *self, const char *role, SutureSeal *seal)
{
  g_autoptr (GBytes) bytes = suture_seal_write (seal);
  gint64 version = json_object_get_int_member (suture_seal_get_body (seal), "version");

  suture_repository_add (self->plan->repository, role, version, bytes);
  g_hash_table_add (self->used, g_strdup (role));
  note (self, role, version, bytes);
}

/* The published version stays: desktops need not fetch it again. */
static void
keep (Work *self, const char *role)
{
  const SutureMetadata *latest = latest_of (self, role);

  note (self, role, latest->version, latest->envelope->bytes);
}

static void
warn_of_end (Work *self, const char *role, const SutureMetadata *latest, SutureSeal *seal)
{
  g_autoptr (GDateTime) end = g_date_time_new_from_unix_utc (latest->expires);
  g_autofree char *date = g_date_time_format (end, "%F");
  g_autoptr (GPtrArray) missing = suture_seal_missing (seal);
  g_autofree char *keys = suture_pending_describe_keys (self->plan->repository->depot, missing);

  if (!g_hash_table_add (self->warned, g_strdup (role)))
    return;
  suture_report_warn (self->plan->report,
                      "%s ends on %s, and no desktop will take anything then: publish before with its keys at hand "
                      "(--key or --keys; %s)",
                      role, date, keys);
}

/* @role says what it said, and is signed as it has to be: it is renewed if it ends soon and its keys are at hand. */
static gboolean
renew (Work *self, const char *role, JsonObject *body, guint renew_days, guint days, GError **error)
{
  const SutureMetadata *latest = latest_of (self, role);
  SutureSeal *seal;

  /* a version that waits takes the place of this one */
  if (lasts (self, role, renew_days) || suture_draft_is_changed (self->plan->draft, role)
      || suture_pending_has (self->plan->repository->depot, role))
    {
      keep (self, role);
      return TRUE;
    }
  seal = collect (self, role, body, days,
                  suture_keyring_can_unlock (self->plan->keyring) ? SUTURE_SEAL_ALL : SUTURE_SEAL_OPEN, error);
  if (seal == NULL)
    return FALSE;
  if (suture_seal_is_complete (seal))
    {
      use (self, role, seal);
      return TRUE;
    }
  keep (self, role);
  warn_of_end (self, role, latest, seal);
  g_hash_table_remove (self->seals, role);
  return TRUE;
}

/* Puts @role into the edition: @body if it is @changed and signed, else what is published, if that may stay. */
static gboolean
settle_role (Work *self, const char *role, JsonObject *body, gboolean changed, guint renew_days, guint days, GError **error)
{
  const SutureMetadata *latest = latest_of (self, role);
  g_autoptr (GPtrArray) quorums = quorums_of (self, role, error);
  SutureSeal *seal = NULL;
  gboolean valid;

  if (quorums == NULL)
    return FALSE;
  valid = latest != NULL
          && suture_seal_quorum_has_signed (g_ptr_array_index (quorums, quorums->len - 1), latest->envelope);
  if (!changed && valid)
    return renew (self, role, body, renew_days, days, error);
  seal = collect (self, role, body, days, SUTURE_SEAL_ALL, error);
  if (seal == NULL)
    return FALSE;
  if (suture_seal_is_complete (seal))
    use (self, role, seal);
  else if (valid)
    keep (self, role);
  else
    self->complete = FALSE;
  return TRUE;
}

static gboolean
settle_delegated (Work *self, GError **error)
{
  SutureDraft *draft = self->plan->draft;
  g_autoptr (GPtrArray) roles = suture_draft_roles (draft);

  for (guint i = 0; i < roles->len; i++)
    {
      const char *role = g_ptr_array_index (roles, i);
      JsonObject *signers, *keys;

      if (suture_draft_find_signers (self->root, self->targets, role, &signers, &keys, NULL)
          && !settle_role (self, role, suture_draft_get (draft, role), suture_draft_is_changed (draft, role), RENEW_DAYS,
                           TARGETS_DAYS, error))
        return FALSE;
    }
  return TRUE;
}

/* Root, signed by both quorums; a new one that is not complete is looked at all the same, to sign what follows ahead. */
static gboolean
settle_root (Work *self, gboolean changed, GError **error)
{
  const SutureMetadata *latest = latest_of (self, "root");
  SutureSeal *seal;

  if (!changed)
    {
      gboolean good = latest == NULL || renew (self, "root", self->root, RENEW_ROOT_DAYS, SUTURE_EDITION_ROOT_DAYS, error);

      json_object_remove_member (self->meta, "root.json");
      return good;
    }
  seal = collect (self, "root", self->root, SUTURE_EDITION_ROOT_DAYS, SUTURE_SEAL_ALL, error);
  if (seal == NULL)
    return FALSE;
  if (suture_seal_is_complete (seal))
    use (self, "root", seal);
  else
    self->complete = FALSE;
  json_object_remove_member (self->meta, "root.json");
  return TRUE;
}

/* What is published of targets while the draft's has to wait. */
static gboolean
keep_targets (Work *self, GError **error)
{
  const SutureMetadata *latest = latest_of (self, "targets");
  g_autoptr (GPtrArray) quorums = quorums_of (self, "targets", error);

  if (quorums == NULL)
    return FALSE;
  if (suture_seal_quorum_has_signed (g_ptr_array_index (quorums, 0), latest->envelope))
    keep (self, "targets");
  else
    self->complete = FALSE;
  return TRUE;
}

static gboolean
settle_targets (Work *self, gboolean new_targets, GError **error)
{
  gboolean changed = suture_draft_is_changed (self->plan->draft, "targets");

  if (changed && !new_targets)
    return keep_targets (self, error);
  if (!settle_role (self, "targets", self->targets, changed, RENEW_DAYS, TARGETS_DAYS, error))
    return FALSE;
  /* what was settled below a new one does not fit the old one */
  if (changed && !g_hash_table_contains (self->used, "targets"))
    self->complete = FALSE;
  return TRUE;
}

/* The snapshot of what was noted, unless that is what the published one says. */
static gboolean
settle_snapshot (Work *self, GBytes **bytes, gint64 *version, GError **error)
{
  const SutureMetadata *latest = latest_of (self, "snapshot");
  g_autoptr (GPtrArray) quorums = quorums_of (self, "snapshot", error);
  g_autoptr (JsonObject) body = json_object_new ();
  SutureSeal *seal;

  if (quorums == NULL)
    return FALSE;
  json_object_set_string_member (body, "_type", "snapshot");
  json_object_set_object_member (body, "meta", json_object_ref (self->meta));
  if (latest != NULL && suture_draft_same (latest->envelope->body, body) && lasts (self, "snapshot", RENEW_SNAPSHOT_DAYS)
      && suture_seal_quorum_has_signed (g_ptr_array_index (quorums, 0), latest->envelope))
    {
      *bytes = g_bytes_ref (latest->envelope->bytes);
      *version = latest->version;
      return TRUE;
    }
  seal = collect (self, "snapshot", body, MAX (self->days, SNAPSHOT_DAYS), SUTURE_SEAL_ALL, error);
  if (seal == NULL)
    return FALSE;
  *bytes = suture_seal_write (seal);
  *version = json_object_get_int_member (suture_seal_get_body (seal), "version");
  self->complete = suture_seal_is_complete (seal);
  if (self->complete)
    suture_repository_add (self->plan->repository, "snapshot", *version, *bytes);
  return TRUE;
}

/* The file of @role that this edition has, and the body in it; FALSE when it is the published one and that is in the log. */
static gboolean
find_news (Work *self, const char *role, gboolean begun, SutureEventsPlace *place, JsonObject **body)
{
  const SutureMetadata *latest = latest_of (self, role);
  gboolean is_new = g_hash_table_contains (self->used, role);
  SutureSeal *seal = is_new ? g_hash_table_lookup (self->seals, role) : NULL;

  if ((!is_new && (begun || latest == NULL)))
    return FALSE;
  place->role = role;
  *body = seal != NULL ? suture_seal_get_body (seal) : latest->envelope->body;
  place->version = seal != NULL ? json_object_get_int_member (*body, "version") : latest->version;
  place->bytes = seal != NULL ? suture_seal_write (seal) : g_bytes_ref (latest->envelope->bytes);
  return TRUE;
}

/* Adds what this edition says for the first time to the log, and its head to the timestamp @body. */
static gboolean
write_log (Work *self, GBytes *snapshot, gint64 snapshot_version, JsonObject *body, GError **error)
{
  SutureChainHead head = self->head;
  gboolean begun = self->log == SUTURE_CHAIN_GOES_ON || self->log == SUTURE_CHAIN_RESUMED;
  g_autoptr (GPtrArray) entries = g_ptr_array_new_with_free_func ((GDestroyNotify) json_object_unref);
  g_autoptr (GPtrArray) roles = suture_draft_roles (self->plan->draft);

  g_ptr_array_insert (roles, 0, (gpointer) "root");
  g_ptr_array_insert (roles, 1, (gpointer) "targets");
  for (guint i = 0; i < roles->len; i++)
    {
      const char *role = g_ptr_array_index (roles, i);
      SutureEventsPlace place = { .snapshot_version = snapshot_version, .snapshot = snapshot };
      JsonObject *news = NULL;

      if (!find_news (self, role, begun, &place, &news))
        continue;
      suture_events_find (begun && latest_of (self, role) != NULL ? latest_of (self, role)->envelope->body : NULL, news,
                          &place, entries);
      g_bytes_unref (place.bytes);
    }
  if (!suture_chain_add (self->plan->repository, &head, entries, self->waits_since > 0 ? self->waits_since : self->now, error))
    return FALSE;
  suture_chain_set_head (body, &head);
  return TRUE;
}

static gboolean
settle_timestamp (Work *self, GBytes *snapshot, gint64 version, GError **error)
{
  g_autoptr (JsonObject) body = json_object_new ();
  JsonObject *meta = json_object_new ();
  JsonObject *entry = json_object_new ();
  g_autoptr (GBytes) bytes = NULL;
  SutureSeal *seal;

  json_object_set_int_member (entry, "version", version);
  suture_repository_add_digest (entry, snapshot);
  json_object_set_object_member (meta, "snapshot.json", entry);
  json_object_set_string_member (body, "_type", "timestamp");
  json_object_set_object_member (body, "meta", meta);
  if (!write_log (self, snapshot, version, body, error))
    return FALSE;
  seal = collect (self, "timestamp", body, self->days, SUTURE_SEAL_ALL, error);
  if (seal == NULL)
    return FALSE;
  self->complete = suture_seal_is_complete (seal);
  bytes = suture_seal_write (seal);
  if (self->complete)
    suture_repository_add (self->plan->repository, "timestamp",
                           json_object_get_int_member (suture_seal_get_body (seal), "version"), bytes);
  return TRUE;
}

/* Whether there is a next timestamp and snapshot, and where the log goes on. */
static gboolean
find_start (Work *self, GError **error)
{
  SutureRepository *repository = self->plan->repository;
  gint64 version;

  self->forgotten = suture_numbers_are_forgotten (repository, self->root);
  return find_version (self, "timestamp", &version, error) && find_version (self, "snapshot", &version, error)
         && suture_chain_find_head (repository, self->forgotten, &self->head, &self->log, error);
}

/* One way to put an edition together: with the draft's root or the published one, and the same of targets. self->complete: whether
 * it can go out. */
static gboolean
attempt (Work *self, gboolean new_root, gboolean new_targets, GError **error)
{
  SutureDraft *draft = self->plan->draft;
  g_autoptr (GBytes) snapshot = NULL;
  gint64 version = 0;

  suture_repository_drop (self->plan->repository);
  g_hash_table_remove_all (self->used);
  g_hash_table_remove (self->seals, "snapshot");
  g_hash_table_remove (self->seals, "timestamp");
  g_clear_pointer (&self->meta, json_object_unref);
  self->meta = json_object_new ();
  self->complete = TRUE;
  self->root = new_root ? suture_draft_get (draft, "root") : latest_of (self, "root")->envelope->body;
  self->targets = new_targets ? suture_draft_get (draft, "targets") : latest_of (self, "targets")->envelope->body;
  g_clear_error (&self->stuck);
  if (!find_start (self, &self->stuck))
    {
      self->complete = FALSE;
      return TRUE;
    }
  if (!settle_root (self, new_root && suture_draft_is_changed (draft, "root"), error)
      || !settle_delegated (self, error)
      || !settle_targets (self, new_targets, error))
    return FALSE;
  if (self->complete && !settle_snapshot (self, &snapshot, &version, error))
    return FALSE;
  return !self->complete || settle_timestamp (self, snapshot, version, error);
}

/* All ways, the one with most in it first. */
static gboolean
put_together (Work *self, GError **error)
{
  gboolean has_root = suture_draft_is_changed (self->plan->draft, "root") && latest_of (self, "timestamp") != NULL;
  gboolean has_targets = suture_draft_is_changed (self->plan->draft, "targets") && latest_of (self, "targets") != NULL;

  if (!attempt (self, TRUE, TRUE, error))
    return FALSE;
  if (!self->complete && has_targets && !attempt (self, TRUE, FALSE, error))
    return FALSE;
  if (!self->complete && has_root && !attempt (self, FALSE, TRUE, error))
    return FALSE;
  return self->complete || !has_root || !has_targets || attempt (self, FALSE, FALSE, error);
}

/* Whether what was signed for @role waits: where nothing can go out, all of it does, be it complete or not. */
static gboolean
waits (const Work *self, const char *role)
{
  gboolean is_last = g_str_equal (role, "snapshot") || g_str_equal (role, "timestamp");

  return !self->complete || (!is_last && !g_hash_table_contains (self->used, role));
}

static gboolean
write_pending (Work *self, GError **error)
{
  GHashTableIter iter;
  gpointer role, seal;

  g_hash_table_iter_init (&iter, self->seals);
  while (g_hash_table_iter_next (&iter, &role, &seal))
    if (waits (self, role)
        && !suture_pending_write (self->plan->repository->depot, self->plan->report, role, seal, error))
      return FALSE;
  return TRUE;
}

/* Takes out of DEPOT/pending what does not wait any more, and tells what does. */
static gboolean
tell_pending (Work *self, GError **error)
{
  g_autoptr (GHashTable) waiting = g_hash_table_new (g_str_hash, g_str_equal);
  GHashTableIter iter;
  gpointer role, seal;

  g_hash_table_iter_init (&iter, self->seals);
  while (g_hash_table_iter_next (&iter, &role, &seal))
    if (waits (self, role))
      {
        g_hash_table_insert (waiting, role, seal);
        suture_pending_tell (self->plan->repository->depot, self->plan->report, role, seal, self->plan->keyring);
      }
  return suture_pending_prune (self->plan->repository->depot, waiting, error);
}

static gboolean
publish (Work *self, GError **error)
{
  SutureEdition *plan = self->plan;

  return suture_proof_check (plan->repository, self->now, error) && suture_repository_write (plan->repository, error);
}

/* Signatures that wait for this very edition wait for its time and its number of days, too. */
static void
take_time (Work *self)
{
  gint64 version = 0;
  g_autoptr (SutureEnvelope) waiting = NULL;

  self->days = self->plan->days;
  if (self->plan->pending && find_version (self, "timestamp", &version, NULL))
    waiting = suture_pending_read (self->plan->repository->depot, "timestamp", version);
  if (waiting == NULL || !suture_pending_is_timely (waiting, "timestamp", self->now, self->days, self->plan->exact))
    return;
  self->waits_since = suture_repository_read_time (waiting->body, "issued");
  self->days = (guint) ((suture_repository_read_time (waiting->body, "expires") - self->waits_since) / DAY);
}

/* What is stuck may still wait for the signatures of a root that ends it. */
static gboolean
check_stuck (Work *self, GError **error)
{
  if (self->complete || self->stuck == NULL || g_hash_table_contains (self->seals, "root"))
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&self->stuck));
  return FALSE;
}

static void
tell_log (Work *self)
{
  if (self->log == SUTURE_CHAIN_BEGINS)
    suture_report_warn (self->plan->report, "what was published before has no public log: it begins with this edition");
  else if (self->log == SUTURE_CHAIN_RESUMED)
    suture_report_warn (self->plan->report,
                        "what the last timestamp said of the public log was not the publisher's: it goes on behind entry "
                        "%" G_GINT64_FORMAT " of %s/log",
                        self->head.entries, self->plan->repository->depot->path);
}

gboolean
suture_edition_publish (SutureEdition *plan, gboolean *published, GError **error)
{
  g_auto (Work) self = { .plan = plan, .now = g_get_real_time () / G_USEC_PER_SEC };

  self.seals = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) suture_seal_free);
  self.used = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self.warned = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  if (!plan->any_clock && !suture_clock_check_now (plan->repository, self.now, error))
    return FALSE;
  take_time (&self);
  for (guint i = 0; plan->stages != NULL && i < plan->stages->len; i++)
    if (!suture_stage_serve (g_ptr_array_index (plan->stages, i), plan->repository->depot, error))
      return FALSE;
  if (!put_together (&self, error) || !check_stuck (&self, error) || (plan->pending && !write_pending (&self, error))
      || (self.complete && !publish (&self, error)))
    return FALSE;
  *published = self.complete;
  if (self.complete)
    tell_log (&self);
  return !plan->pending || tell_pending (&self, error);
}
