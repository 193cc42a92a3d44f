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

import dev.wings.client.Address;
import dev.wings.client.Advice;
import dev.wings.client.Endpoint;
import dev.wings.common.error.ErrorKind;
import dev.wings.common.error.WingsException;
import dev.wings.common.resource.NamespaceName;
import dev.wings.common.resource.ResourceId;
import dev.wings.common.resource.TenantName;
import dev.wings.common.resource.TopicName;
import java.util.Map;
import java.util.function.UnaryOperator;
import picocli.CommandLine.Option;

/// Which platform a command talks to, and as whom: the options that all client commands share.
public final class Connection {

    private static final String UNREACHABLE =
            "start the platform with `wings dev`, or say where it runs with --host and --port-offset";

    @Option(
            names = "--host",
            paramLabel = "HOST",
            defaultValue = "${env:WINGS_HOST:-127.0.0.1}",
            description = "Where the platform runs (default: $WINGS_HOST, else 127.0.0.1).")
    private String host = "127.0.0.1";

    @Option(
            names = "--port-offset",
            paramLabel = "N",
            defaultValue = "${env:WINGS_PORT_OFFSET:-0}",
            description = "Added to all ports (default: $WINGS_PORT_OFFSET, else 0).")
    private int portOffset;

    @Option(
            names = "--tenant",
            paramLabel = "ID",
            defaultValue = "${env:WINGS_TENANT:-" + ResourceId.DEFAULT + "}",
            description = "The tenant to act for (default: $WINGS_TENANT, else default).")
    private String tenant = ResourceId.DEFAULT;

    private final Map<Port, Address> known;

    /// For use by picocli, which sets the options.
    public Connection() {
        this.known = Map.of();
    }

    /// A connection to known addresses.
    public Connection(Map<Port, Address> known, String tenant) {
        this.known = Map.copyOf(known);
        this.tenant = tenant;
    }

    public Address address(Port port) {
        Address address = known.get(port);
        return address == null ? new Address(port.label(), host, port.number(portOffset)) : address;
    }

    /// What a client of a service connects to. Its failures say what to type.
    public Endpoint endpoint(Port port) {
        Address address = address(port);
        return new Endpoint(address, tenant, new Advice(UNREACHABLE, advice(port, address)));
    }

    private UnaryOperator<WingsException> advice(Port port, Address address) {
        return port == Port.CONTROL_PLANE
                ? failure -> MissingNames.explain(failure, Endpoint.of(address, tenant))
                : MissingNames::explain;
    }

    public TenantName tenant() {
        return new TenantName(tenant);
    }

    /// What a topic's short names refer to.
    public NamespaceName home() {
        return new NamespaceName(tenant, ResourceId.DEFAULT);
    }

    /// The topic that the user means by a full name, `namespace.topic` or a bare id. Fails with FORBIDDEN for a
    /// topic of another tenant.
    public TopicName topic(String name) {
        TopicName topic = TopicName.resolve(name, home());
        checkOwn(topic.tenant(), topic);
        return topic;
    }

    /// Fails with FORBIDDEN for what belongs to another tenant than the one that is acted for.
    public void checkOwn(String owner, Object name) {
        if (!owner.equals(tenant)) {
            throw new WingsException(
                    ErrorKind.FORBIDDEN,
                    "it belongs to another tenant: name=" + name + ", acting_for=" + tenant + "; say --tenant " + owner
                            + " to act for that one");
        }
    }
}
