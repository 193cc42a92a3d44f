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
package dev.wings.cli.connect;

/// The ports of the platform.
public enum Port {
    CONTROL_PLANE_HTTP(7700, "Iceberg catalog"),
    CONTROL_PLANE(7701, "control plane"),
    INGESTOR(7702, "ingestor"),
    INGESTOR_HTTP(7703, "ingestor's HTTP"),
    SERVER(7704, "SQL server"),
    SERVER_HTTP(7705, "SQL server's HTTP"),
    CONTROL_PLANE_MANAGEMENT(7790, "control plane's management"),
    INGESTOR_MANAGEMENT(7791, "ingestor's management"),
    SERVER_MANAGEMENT(7792, "SQL server's management"),
    COMPACTOR_MANAGEMENT(7793, "compactor's management");

    private static final int HIGHEST = 65_535;

    private final int base;
    private final String label;

    Port(int base, String label) {
        this.base = base;
        this.label = label;
    }

    public String label() {
        return label;
    }

    /// Fails with `IllegalArgumentException` if the offset leads out of the range of ports.
    public int number(int offset) {
        int port = base + offset;
        if (port < 1 || port > HIGHEST) {
            throw new IllegalArgumentException("the port offset must keep ports within 1 to " + HIGHEST + ": offset="
                    + offset + ", " + label + "=" + port);
        }
        return port;
    }
}
