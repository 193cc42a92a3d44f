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
package dev.wings.integration;

import java.util.List;

/// Where a platform on this machine listens.
///
/// @param offset is added to all ports
record WingsPorts(int offset) {

    private static final int CATALOG = 7700;
    private static final int CONTROL_PLANE = 7701;
    private static final int INGESTOR = 7702;
    private static final int INGESTOR_HTTP = 7703;
    private static final int SERVER = 7704;
    private static final int SERVER_HTTP = 7705;
    private static final List<Integer> MANAGEMENT = List.of(7790, 7791, 7792, 7793);

    /// Where the Iceberg REST catalog is.
    String catalogUri() {
        return "http://127.0.0.1:" + (CATALOG + offset) + "/iceberg";
    }

    int controlPlane() {
        return CONTROL_PLANE + offset;
    }

    int ingestor() {
        return INGESTOR + offset;
    }

    int ingestorHttp() {
        return INGESTOR_HTTP + offset;
    }

    int server() {
        return SERVER + offset;
    }

    int serverHttp() {
        return SERVER_HTTP + offset;
    }

    /// The ports of the management endpoints of all services.
    List<Integer> management() {
        return MANAGEMENT.stream().map(port -> port + offset).toList();
    }
}
