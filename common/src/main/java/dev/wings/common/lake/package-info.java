/*
 * Copyright 2026 the Wings authors.
 *
 * Licensed under the Apache License, Version 2.0 (the "License");
 * you may not use this file except in compliance with the License.
 * You may obtain a copy of the License at
 *
 *     https://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS,
 * WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 * See the License for the specific language governing permissions and
 * limitations under the License.
 */
/// A topic's Iceberg table: what it looks like ([dev.wings.common.lake.LakeTable]), where its files are
/// ([dev.wings.common.lake.TableLocations]), and Iceberg's files as objects of a store
/// ([dev.wings.common.lake.StoreFileIO]). Needs `iceberg-core`, and nothing of Hadoop.
@NullMarked
package dev.wings.common.lake;

import org.jspecify.annotations.NullMarked;
