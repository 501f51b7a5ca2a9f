/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "test-repository.h"

/* A desktop's client of a TestRepository, with a folder of its own below the test's paths: a fixture for GTest. */

typedef struct
{
  TestRepository *r;  /* (owned) */
  char *folder;       /* (owned) */
  SutureTrust *trust; /* NULL before test_client_reopen () (owned) */
} TestClient;

/* A new repository, and a folder that is not there yet. */
void test_client_init (TestClient *self);
/* Opens the folder as a new process would, with the repository's first root. */
void test_client_reopen (TestClient *self);
void test_client_clear (TestClient *self);
