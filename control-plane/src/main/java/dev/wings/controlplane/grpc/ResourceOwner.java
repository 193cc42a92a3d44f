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
package dev.wings.controlplane.grpc;

import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import dev.wings.common.fair.KnownTenants;
import dev.wings.common.proto.Audience;
import dev.wings.common.proto.AudienceProto;
import dev.wings.common.rpc.ActingTenant;
import dev.wings.common.rpc.Caller;
import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.protobuf.ProtoMethodDescriptorSupplier;
import java.util.List;
import java.util.Optional;

/// Makes calls act for the tenant whose resource they name, so that the calls of one tenant wait for each other
/// and not for those of another, even if no header says for whom they are. Only tenants that exist have a
/// share: a call for another one fails with NOT_FOUND. A client's call whose header names another tenant is
/// FORBIDDEN.
///
/// The [Audience] of each method says which calls clients make.
public final class ResourceOwner implements ServerInterceptor {

    /// The fields of requests that name a resource, or the resource that it is in, or are a resource with its
    /// name.
    private static final List<String> NAMING = List.of("name", "parent", "topic");

    private static final String PREFIX = "tenants/";

    private final KnownTenants tenants;

    public ResourceOwner(KnownTenants tenants) {
        this.tenants = tenants;
    }

    @Override
    public <Q, A> ServerCall.Listener<Q> interceptCall(
            ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
        Audience audience = audience(call.getMethodDescriptor());
        if (audience == Audience.SERVICES) {
            return next.startCall(call, headers);
        }
        Optional<Caller> caller = audience == Audience.CLIENTS ? Caller.named(headers) : Optional.empty();
        return new SimpleForwardingServerCallListener<>(next.startCall(call, headers)) {
            private Optional<String> tenant = Optional.empty();

            @Override
            public void onMessage(Q message) {
                tenant = tenantOf(message);
                super.onMessage(message);
            }

            @Override
            public void onHalfClose() {
                if (tenant.isEmpty()) {
                    super.onHalfClose();
                    return;
                }
                caller.ifPresent(each -> each.check(tenant.get(), "a resource of tenants/" + tenant.get()));
                tenants.check(tenant.get());
                ActingTenant.context(tenant.get()).run(super::onHalfClose);
            }
        };
    }

    /// Who calls a method of ours.
    static Audience audience(MethodDescriptor<?, ?> method) {
        return method.getSchemaDescriptor() instanceof ProtoMethodDescriptorSupplier schema
                ? schema.getMethodDescriptor().getOptions().getExtension(AudienceProto.audience)
                : Audience.AUDIENCE_UNSPECIFIED;
    }

    /// The tenant whose resource a request names; empty if it names none, or nothing that is a name.
    static Optional<String> tenantOf(Object request) {
        if (!(request instanceof Message message)) {
            return Optional.empty();
        }
        for (String naming : NAMING) {
            FieldDescriptor field = message.getDescriptorForType().findFieldByName(naming);
            if (field == null || field.isRepeated()) {
                continue;
            }
            Optional<String> tenant = switch (message.getField(field)) {
                case String name -> tenantOfName(name);
                case Message resource -> nameOf(resource).flatMap(ResourceOwner::tenantOfName);
                default -> Optional.empty();
            };
            if (tenant.isPresent()) {
                return tenant;
            }
        }
        return Optional.empty();
    }

    private static Optional<String> nameOf(Message resource) {
        FieldDescriptor name = resource.getDescriptorForType().findFieldByName("name");
        return name != null && !name.isRepeated() && resource.getField(name) instanceof String text
                ? Optional.of(text)
                : Optional.empty();
    }

    private static Optional<String> tenantOfName(String name) {
        if (!name.startsWith(PREFIX)) {
            return Optional.empty();
        }
        int end = name.indexOf('/', PREFIX.length());
        return Optional.of(name.substring(PREFIX.length(), end < 0 ? name.length() : end));
    }
}
