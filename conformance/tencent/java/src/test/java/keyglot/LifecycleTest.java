package keyglot;

import static keyglot.Sdk.GATEWAY;
import static keyglot.Sdk.JSON;
import static keyglot.Sdk.client;
import static keyglot.Sdk.describe;
import static keyglot.Sdk.fault;
import static keyglot.Sdk.filter;
import static keyglot.Sdk.name;
import static keyglot.Sdk.settings;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.tencentcloudapi.common.CommonClient;
import com.tencentcloudapi.common.CommonRequest;
import com.tencentcloudapi.common.Credential;
import com.tencentcloudapi.common.profile.ClientProfile;
import com.tencentcloudapi.cvm.v20170312.CvmClient;
import com.tencentcloudapi.cvm.v20170312.models.AssociateInstancesKeyPairsRequest;
import com.tencentcloudapi.cvm.v20170312.models.CreateKeyPairRequest;
import com.tencentcloudapi.cvm.v20170312.models.DescribeKeyPairsRequest;
import com.tencentcloudapi.cvm.v20170312.models.DescribeKeyPairsResponse;
import com.tencentcloudapi.cvm.v20170312.models.DescribeRegionsRequest;
import com.tencentcloudapi.cvm.v20170312.models.DescribeZonesRequest;
import com.tencentcloudapi.cvm.v20170312.models.DisassociateInstancesKeyPairsRequest;
import com.tencentcloudapi.cvm.v20170312.models.Filter;
import com.tencentcloudapi.cvm.v20170312.models.ImportKeyPairRequest;
import com.tencentcloudapi.cvm.v20170312.models.KeyPair;
import com.tencentcloudapi.cvm.v20170312.models.ModifyKeyPairAttributeRequest;
import com.tencentcloudapi.cvm.v20170312.models.Tag;
import com.tencentcloudapi.cvm.v20170312.models.TagSpecification;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import javax.net.SocketFactory;
import okhttp3.OkHttpClient;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Key pairs from their making to their end. */
class LifecycleTest {
    /** The public key of the vendor's own sample. */
    private static final String PUBLIC_KEY =
            "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAAAgQDP0Yw2T4itUKOJQIK69c1Asy1UO88cxEbujR5Jbr0e/Ey1v4ZKAUzD"
                    + "nsBnFlf4hKPA1YvMB8RBYj4GcLtM7PrKnBNNram8rgl73X/klOO8oqKv+J/XUA7KHH1Y6wcn1RTRTMdDHbGhW1q/"
                    + "UpfeylNTbf+wEIWhEfaL5FKQm4hqCw==";

    private static Tag tag(String key, String value) {
        Tag tag = new Tag();
        tag.setKey(key);
        tag.setValue(value);
        return tag;
    }

    private static TagSpecification[] tags(Tag... tags) {
        TagSpecification specification = new TagSpecification();
        specification.setResourceType("keypair");
        specification.setTags(tags);
        return new TagSpecification[] {specification};
    }

    private static List<String> written(Tag[] tags) {
        return Arrays.stream(tags).map(tag -> tag.getKey() + "=" + tag.getValue()).toList();
    }

    @ParameterizedTest
    @MethodSource("keyglot.Sdk#ways")
    void wholeLife(Sdk.Way way) throws Exception {
        CvmClient client = client(way);
        CreateKeyPairRequest request = Sdk.request(name(), 0);
        Tag[] tags = {tag("a b", "x+y&z<>'~*()!"), tag("empty", ""), tag("未", "命名")};
        request.setTagSpecification(tags(tags));
        KeyPair made = client.CreateKeyPair(request).getKeyPair();
        assertTrue(made.getKeyId().matches("skey-[a-z0-9]{8}"));
        assertTrue(made.getPublicKey().matches("ssh-rsa [A-Za-z0-9+/]+=* skey_\\d{6,}"));
        assertTrue(made.getPrivateKey().startsWith("-----BEGIN RSA PRIVATE KEY-----\n"));
        assertTrue(made.getCreatedTime().matches("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\dZ"));
        KeyPair seen = only(describe(client, made.getKeyId()));
        assertEquals(request.getKeyName(), seen.getKeyName());
        assertEquals(made.getPublicKey(), seen.getPublicKey());
        assertNull(seen.getPrivateKey());
        assertEquals("", seen.getDescription());
        assertEquals(written(tags), written(seen.getTags()));
        change(client, made.getKeyId());
        bindAndFree(client, made.getKeyId());
        Sdk.delete(client, made.getKeyId());
        assertEquals(0, describe(client, made.getKeyId()).getKeyPairSet().length);
    }

    private static KeyPair only(DescribeKeyPairsResponse answer) {
        assertEquals(1, answer.getTotalCount());
        assertEquals(1, answer.getKeyPairSet().length);
        return answer.getKeyPairSet()[0];
    }

    private static void change(CvmClient client, String id) throws Exception {
        ModifyKeyPairAttributeRequest request = new ModifyKeyPairAttributeRequest();
        request.setKeyId(id);
        request.setKeyName(name());
        request.setDescription("any text, 密, up to 60");
        client.ModifyKeyPairAttribute(request);
        KeyPair seen = only(describe(client, id));
        assertEquals(request.getKeyName(), seen.getKeyName());
        assertEquals(request.getDescription(), seen.getDescription());
    }

    private static void bindAndFree(CvmClient client, String id) throws Exception {
        String[] instances = {"ins-0000000a", "ins-0000000b"};
        AssociateInstancesKeyPairsRequest bind = new AssociateInstancesKeyPairsRequest();
        bind.setInstanceIds(instances);
        bind.setKeyIds(new String[] {id});
        bind.setForceStop(true);
        client.AssociateInstancesKeyPairs(bind);
        assertArrayEquals(instances, only(describe(client, id)).getAssociatedInstanceIds());
        fault("InvalidParameterValue.KeyPairNotSupported", () -> Sdk.delete(client, id));
        DisassociateInstancesKeyPairsRequest free = new DisassociateInstancesKeyPairsRequest();
        free.setInstanceIds(instances);
        free.setKeyIds(new String[] {id});
        client.DisassociateInstancesKeyPairs(free);
    }

    @ParameterizedTest
    @MethodSource("keyglot.Sdk#ways")
    void imports(Sdk.Way way) throws Exception {
        CvmClient client = client(way);
        ImportKeyPairRequest request = new ImportKeyPairRequest();
        request.setKeyName(name());
        request.setProjectId(1001L);
        request.setPublicKey(PUBLIC_KEY + " me@example.test");
        request.setTagSpecification(tags(tag("k", "v")));
        String id = client.ImportKeyPair(request).getKeyId();
        KeyPair seen = only(describe(client, id));
        assertEquals(request.getPublicKey(), seen.getPublicKey());
        assertEquals(1001, seen.getProjectId());
        assertEquals(List.of("k=v"), written(seen.getTags()));
        request.setKeyName(name());
        fault("InvalidPublicKey.Duplicate", () -> client.ImportKeyPair(request));
        Sdk.delete(client, id);
    }

    @Test
    void pagesAndFilters() throws Exception {
        String mark = name();
        List<String> ids = new ArrayList<>();
        for (int n = 0; n < 5; n++) {
            CreateKeyPairRequest request = Sdk.request(mark + "_" + n, 0);
            request.setTagSpecification(tags(tag("mark", mark)));
            ids.add(client(JSON).CreateKeyPair(request).getKeyPair().getKeyId());
        }
        for (Sdk.Way way : Sdk.ways().toList()) {
            List<String> paged = new ArrayList<>();
            for (long offset : new long[] {0, 2, 4}) {
                DescribeKeyPairsResponse page = ask(way, offset, 2, filter("key-name", mark));
                assertEquals(5, page.getTotalCount());
                Arrays.stream(page.getKeyPairSet()).map(KeyPair::getKeyId).forEach(paged::add);
            }
            assertEquals(ids.stream().sorted().toList(), paged.stream().sorted().toList());
            Filter byTag = filter("tag:mark", "x", mark);
            assertEquals(5, ask(way, 0, 100, byTag, filter("tag-key", "mark")).getTotalCount());
            assertEquals(0, ask(way, 0, 100, byTag, filter("tag-value", "x")).getTotalCount());
            assertEquals(0, ask(way, 0, 100, byTag, filter("project-id", "1001")).getTotalCount());
        }
        Sdk.delete(client(JSON), ids.toArray(String[]::new));
    }

    private static DescribeKeyPairsResponse ask(Sdk.Way way, long offset, long limit, Filter... filters)
            throws Exception {
        DescribeKeyPairsRequest request = new DescribeKeyPairsRequest();
        request.setFilters(filters);
        request.setOffset(offset);
        request.setLimit(limit);
        return client(way).DescribeKeyPairs(request);
    }

    @ParameterizedTest
    @MethodSource("keyglot.Sdk#ways")
    void endpoints(Sdk.Way way) throws Exception {
        callsThrough(settings(way, GATEWAY + "/v2/index.php"), true);
        ClientProfile name = settings(way, "cvm.example.test");
        name.getHttpProfile().setHttpClient(leadToGateway());
        callsThrough(name, false);
        ClientProfile root = settings(way, null);
        root.getHttpProfile().setRootDomain("example.test:8080");
        root.getHttpProfile().setHttpClient(leadToGateway());
        callsThrough(root, false);
        ClientProfile behindGateway = settings(way, "cvm.tencentcloudapi.com");
        behindGateway.getHttpProfile().setApigwEndpoint(GATEWAY);
        callsThrough(behindGateway, false);
        ClientProfile unsigned = settings(way, GATEWAY);
        unsigned.setUnsignedPayload(true);
        callsThrough(unsigned, false);
    }

    /** Calls, and looks how the request id is spelled: as on the legacy entry or on the newer one. */
    private static void callsThrough(ClientProfile settings, boolean isUpper) throws Exception {
        DescribeKeyPairsRequest request = new DescribeKeyPairsRequest();
        request.setLimit(1L);
        String id = client(settings).DescribeKeyPairs(request).getRequestId();
        assertEquals(isUpper ? id.toUpperCase(Locale.ROOT) : id.toLowerCase(Locale.ROOT), id);
    }

    /** Connects to the gateway, whatever host a call is for, as a name server would lead it there. */
    private static OkHttpClient leadToGateway() {
        String[] parts = GATEWAY.split(":");
        InetSocketAddress gateway = new InetSocketAddress(parts[0], Integer.parseInt(parts[1]));
        SocketFactory sockets = new SocketFactory() {
            @Override
            public Socket createSocket() {
                return new Socket() {
                    @Override
                    public void connect(SocketAddress other, int timeout) throws IOException {
                        super.connect(gateway, timeout);
                    }
                };
            }

            @Override
            public Socket createSocket(String host, int port) {
                throw new UnsupportedOperationException();
            }

            @Override
            public Socket createSocket(String host, int port, java.net.InetAddress from, int fromPort) {
                throw new UnsupportedOperationException();
            }

            @Override
            public Socket createSocket(java.net.InetAddress host, int port) {
                throw new UnsupportedOperationException();
            }

            @Override
            public Socket createSocket(
                    java.net.InetAddress host, int port, java.net.InetAddress from, int fromPort) {
                throw new UnsupportedOperationException();
            }
        };
        return new OkHttpClient.Builder()
                .dns(host -> List.of(gateway.getAddress()))
                .socketFactory(sockets)
                .build();
    }

    /** A request that the SDK sends as a multipart form. */
    private static final class Form extends CreateKeyPairRequest {
        @Override
        protected String[] getBinaryParams() {
            return new String[] {"KeyName"};
        }

        @Override
        protected HashMap<String, byte[]> getMultipartRequestParams() {
            HashMap<String, byte[]> parts = new HashMap<>();
            parts.put("KeyName", getKeyName().getBytes(StandardCharsets.UTF_8));
            parts.put("ProjectId", getProjectId().toString().getBytes(StandardCharsets.UTF_8));
            return parts;
        }
    }

    @Test
    void multipart() throws Exception {
        Form form = new Form();
        form.setKeyName(name());
        form.setProjectId(1001L);
        KeyPair made = client(JSON).CreateKeyPair(form).getKeyPair();
        assertEquals(form.getKeyName(), made.getKeyName());
        assertEquals(1001, made.getProjectId());
        Sdk.delete(client(JSON), made.getKeyId());
    }

    @Test
    void callsWithoutTypes() throws Exception {
        String answer = client(JSON).call("DescribeKeyPairs", "{\"Limit\": 1}");
        assertTrue(answer.startsWith("{\"Response\":{\"TotalCount\":"), answer);
    }

    @ParameterizedTest
    @MethodSource("keyglot.Sdk#ways")
    void regionsAndZones(Sdk.Way way) throws Exception {
        CvmClient client = client(way);
        assertTrue(Arrays.stream(client.DescribeRegions(new DescribeRegionsRequest()).getRegionSet())
                .anyMatch(found -> found.getRegion().equals(Sdk.REGION)));
        String zone = client.DescribeZones(new DescribeZonesRequest()).getZoneSet()[0].getZone();
        assertEquals(Sdk.REGION + "-1", zone);
    }

    @Test
    void tagService() throws Exception {
        String id = Sdk.create(client(JSON), name()).getKeyId();
        Credential credential = new Credential(Sdk.DEMO_ID, Sdk.DEMO_KEY);
        CommonClient tags =
                new CommonClient("tag", "2018-08-13", credential, Sdk.REGION, settings(JSON, GATEWAY));
        String resource = "qcs::cvm:" + Sdk.REGION + ":uin/:keypair/" + id;
        tags.commonRequest(
                new CommonRequest("{\"Resource\": \"" + resource
                        + "\", \"ReplaceTags\": [{\"TagKey\": \"a\", \"TagValue\": \"b\"}]}"),
                "ModifyResourceTags");
        String answer = tags.commonRequest(
                new CommonRequest("{\"ServiceType\": \"cvm\", \"ResourcePrefix\": \"keypair\","
                        + " \"ResourceRegion\": \"\", \"ResourceIds\": [\"" + id + "\"]}"),
                "DescribeResourceTagsByResourceIds");
        assertTrue(answer.contains("\"TagKey\":\"a\",\"TagValue\":\"b\""), answer);
        Sdk.delete(client(JSON), id);
    }
}
