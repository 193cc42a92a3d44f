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
package dev.wings.ingestor.topic;

import dev.wings.common.resource.NamespaceName;
import java.net.URI;

/// Where the folios of a namespace go.
///
/// @param objectStore root of the namespace's object store
/// @param objectPrefix what all of the namespace's keys start with, without a slash at the end
public record NamespaceTarget(NamespaceName name, String uid, URI objectStore, String objectPrefix) {}
