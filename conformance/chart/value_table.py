"""Every value of the chart: what shows it in the output, and what stands there in both states.

A row is the value's path, what it is set to, where to look, what is there with the default and what
with the value. `under` are the values that both states share. A place is `KIND` (does the object exist?)
or `KIND: step step …`, with `[NAME]` for the item of a list that has this name; `KIND-admin` is the
object whose name ends so. `toml:` is keyglot.toml. `only_before` is what the default needs and the
value does not bear.
"""

from __future__ import annotations

import typing

from rendering import LEAST, merged


class Row(typing.NamedTuple):
    """One value."""

    path: str
    value: object
    place: str
    before: object
    after: object
    under: dict
    only_before: dict


ROWS: list[Row] = []
POD = "Deployment: spec template spec"
KEYGLOT = f"{POD} containers [keyglot]"
REDIS = {"store": {"type": "redis", "redis": {"existingSecret": "r"}}, "tokens": {"existingSecret": "t"}}
REDB = {"store": {"type": "redb"}}
TLS = {"tls": {"enabled": True, "certManager": {"enabled": True, "issuerRef": {"name": "i"}}}}
TLS_MINE = {"tls": {"enabled": True, "existingSecret": "mine"}}
# Not laid over the least: a whole file wants no config.
WHOLE_FILE = {"configFile": {"existingSecret": "mine"}}


def row(path: str, value, place: str, before, after, under: dict | None = None, least: bool = True,
        only_before: dict | None = None) -> None:  # fmt: skip
    """Adds a row."""
    under = merged(LEAST if least else {}, under or {})
    ROWS.append(Row(path, value, place, before, after, under, only_before or {}))


def secret_item(path: str) -> str:
    """Where the projection of a secret to a file is."""
    return f"{POD} volumes [secrets] projected sources [{path}] secret"


def variable(name: str) -> str:
    """Where a variable's value is."""
    return f"{KEYGLOT} env [KEYGLOT_{name}] value"


def item(secret: str, key: str, path: str) -> dict:
    """A secret projected to a file."""
    return {"name": secret, "items": [{"key": key, "path": path}]}


# Names, labels, images
row("global.imageRegistry", "r.example", f"{KEYGLOT} image", "own.example/keyglot:0.1.0", "r.example/keyglot:0.1.0", {"image": {"registry": "own.example"}})
row("global.imagePullSecrets", ["a", {"name": "b"}], f"{POD} imagePullSecrets", None, [{"name": "a"}, {"name": "b"}])
row("nameOverride", "keys", "Deployment: metadata name", "rel-keyglot", "rel-keys")
row("fullnameOverride", "keys", "Deployment: metadata name", "rel-keyglot", "keys")
row("commonLabels", {"team": "k"}, "Service: metadata labels team", None, "k")
row("commonAnnotations", {"team": "k"}, "Service: metadata annotations", None, {"team": "k"})
row("image.registry", "r.example", f"{KEYGLOT} image", "keyglot:0.1.0", "r.example/keyglot:0.1.0")
row("image.repository", "mine/keys", f"{KEYGLOT} image", "keyglot:0.1.0", "mine/keys:0.1.0")
row("image.tag", "v9", f"{KEYGLOT} image", "keyglot:0.1.0", "keyglot:v9")
row("image.digest", f"sha256:{'a' * 64}", f"{KEYGLOT} image", "keyglot:v9", f"keyglot@sha256:{'a' * 64}", {"image": {"tag": "v9"}})
row("image.pullPolicy", "Always", f"{KEYGLOT} imagePullPolicy", "IfNotPresent", "Always")
row("imagePullSecrets", ["own"], f"{POD} imagePullSecrets", [{"name": "a"}], [{"name": "a"}, {"name": "own"}], {"global": {"imagePullSecrets": ["a"]}})

# The workload
row("replicaCount", 3, "Deployment: spec replicas", 1, 3, REDIS)
row("revisionHistoryLimit", 2, "Deployment: spec revisionHistoryLimit", 10, 2)
row("updateStrategy", {"type": "RollingUpdate"}, "Deployment: spec strategy", {"type": "Recreate"}, {"type": "RollingUpdate"})
row("updateStrategy", {"type": "OnDelete"}, "StatefulSet: spec updateStrategy", None, {"type": "OnDelete"}, REDB)
row("updateStrategy", {"type": "Recreate"}, "Deployment: spec strategy", {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": 1, "maxUnavailable": 0}}, {"type": "Recreate"}, REDIS)

# The store
row("store.type", "redb", "StatefulSet", False, True)
row("store.type", "redb", "Deployment", True, False)
row("store.type", "redb", "Service-headless", False, True)
row("store.type", "redis", f"{KEYGLOT} args 4", "--store=memory", None, WHOLE_FILE, least=False)
CLAIM = "StatefulSet: spec volumeClaimTemplates 0"
row("store.redb.size", "5Gi", f"{CLAIM} spec resources requests storage", "1Gi", "5Gi", REDB)
row("store.redb.storageClass", "fast", f"{CLAIM} spec storageClassName", None, "fast", REDB)
row("store.redb.accessModes", ["ReadWriteOncePod"], f"{CLAIM} spec accessModes", ["ReadWriteOnce"], ["ReadWriteOncePod"], REDB)
row("store.redb.annotations", {"a": "b"}, f"{CLAIM} metadata annotations", None, {"a": "b"}, REDB)
row("store.redb.existingClaim", "mine", "StatefulSet: spec template spec volumes [data]", None, {"name": "data", "persistentVolumeClaim": {"claimName": "mine"}}, REDB)
row("store.redb.existingClaim", "mine", "StatefulSet: spec persistentVolumeClaimRetentionPolicy whenScaled", "Retain", None, REDB)
row("store.redb.retentionPolicy.whenDeleted", "Delete", "StatefulSet: spec persistentVolumeClaimRetentionPolicy", {"whenDeleted": "Retain", "whenScaled": "Retain"}, {"whenDeleted": "Delete", "whenScaled": "Retain"}, REDB)
row("store.redb.retentionPolicy.whenScaled", "Delete", "StatefulSet: spec persistentVolumeClaimRetentionPolicy", {"whenDeleted": "Retain", "whenScaled": "Retain"}, {"whenDeleted": "Retain", "whenScaled": "Delete"}, REDB)
REDIS_FILE = {**WHOLE_FILE, "store": {"type": "redis"}}
row("store.redis.url", "redis://h:1/0", "Secret: data redis-url", None, "cmVkaXM6Ly9oOjEvMA==", REDIS_FILE, least=False)
row("store.redis.url", "redis://h:1/0", variable("STORE_FILE"), None, "/run/secrets/keyglot/redis/url", REDIS_FILE, least=False)
row("store.redis.existingSecret", "mine", secret_item("redis/url"), None, item("mine", "url", "redis/url"), REDIS_FILE, least=False)
row("store.redis.existingSecretKey", "u", secret_item("redis/url"), item("r", "url", "redis/url"), item("r", "u", "redis/url"), REDIS)

# Dialects
for name, port in (("locksmith", 8081), ("nova", 8082), ("tencent", 8083), ("orange", 8084)):
    row(f"dialects.{name}.enabled", False, variable(f"{name.upper()}__ENABLED"), "true", "false")
    row(f"dialects.{name}.enabled", False, f"Pod-test-{name}", True, False)
    row(f"dialects.{name}.port", port, f"{KEYGLOT} ports [{name}]", None, {"name": name, "containerPort": port})
    row(f"dialects.{name}.port", port, f"Service: spec ports [{name}]", None, {"name": name, "port": port, "targetPort": name})
    row(f"dialects.{name}.port", port, variable("LISTENER"), None, f'[{{ dialect = "{name}", listen = "0.0.0.0:{port}" }}]')

# keyglot.toml; test_config.py looks at every setting
row("config", {"limits": {"max_in_flight": 7}}, "toml: limits max_in_flight", None, 7)
row("accounts", {"locksmith": {"token": "t"}}, "toml: locksmith token", None, "t")
row("accounts", {"locksmith": {"token": "t"}}, "ConfigMap-config", True, False)
row("accounts", {"locksmith": {"token": "t"}}, "Secret-config", False, True)
row("accountFiles.existingSecret", "mine", f"{POD} volumes [account-files] secret secretName", None, "mine")
row("accountFiles.existingSecret", "mine", f"{KEYGLOT} volumeMounts [account-files] mountPath", None, "/run/secrets/keyglot-accounts")
row("accountFiles.existingSecret", "mine", "Pod-test-nova: spec volumes [account-files] secret secretName", None, "mine")
row("configFile.existingSecret", "mine", f"{POD} volumes [config] secret secretName", None, "mine", least=False, only_before=LEAST)
row("configFile.existingSecretKey", "k", f"{POD} volumes [config] secret items 0", {"key": "keyglot.toml", "path": "keyglot.toml"}, {"key": "k", "path": "keyglot.toml"}, WHOLE_FILE, least=False)
row("configFile.raw", 'log_filter = "warn"', "toml: log_filter", None, "warn", least=False, only_before=LEAST)
row("sealing.key", "k", "Secret: data sealing-key", None, "aw==")
row("sealing.key", "k", variable("SEALING__KEY_FILE"), None, "/run/secrets/keyglot/sealing/key")
row("sealing.key", "k", secret_item("sealing/key"), None, item("rel-keyglot", "sealing-key", "sealing/key"))
row("sealing.olderKeys", ["a", "b"], "Secret: data sealing-older-key-1", None, "Yg==", {"sealing": {"key": "k"}})
row("sealing.olderKeys", ["a"], variable("SEALING__OLDER_KEYS_FILES"), None, '["/run/secrets/keyglot/sealing/older-key-0"]', {"sealing": {"key": "k"}})
SEALED = {"sealing": {"existingSecret": "s"}}
row("sealing.existingSecret", "s", secret_item("sealing/key"), None, item("s", "key", "sealing/key"))
row("sealing.existingSecretKey", "k", secret_item("sealing/key"), item("s", "key", "sealing/key"), item("s", "k", "sealing/key"), SEALED)
row("sealing.existingSecretOlderKeys", ["a"], secret_item("sealing/older-key-0"), None, item("s", "a", "sealing/older-key-0"), SEALED)
row("sealing.existingSecretOlderKeys", ["a"], variable("SEALING__OLDER_KEYS_FILES"), None, '["/run/secrets/keyglot/sealing/older-key-0"]', SEALED)
row("tokens.signingKey", "k", "Secret: data token-signing-key", None, "aw==")
row("tokens.signingKey", "k", variable("TOKENS__SIGNING_KEY_FILE"), None, "/run/secrets/keyglot/tokens/signing-key")
row("tokens.existingSecret", "s", secret_item("tokens/signing-key"), None, item("s", "signing-key", "tokens/signing-key"))
row("tokens.existingSecretKey", "k", secret_item("tokens/signing-key"), item("s", "signing-key", "tokens/signing-key"), item("s", "k", "tokens/signing-key"), {"tokens": {"existingSecret": "s"}})

# TLS
row("tls.enabled", True, variable("TLS__CERTIFICATE_FILE"), None, "/run/secrets/keyglot/tls/tls.crt", {"tls": {"existingSecret": "s"}})
row("tls.enabled", True, variable("TLS__KEY_FILE"), None, "/run/secrets/keyglot/tls/tls.key", {"tls": {"existingSecret": "s"}})
row("tls.enabled", True, "Pod-test-nova: spec containers 0 args 2", "http://rel-keyglot.ns.svc:8080", "https://rel-keyglot.ns.svc:8080", {"tls": {"existingSecret": "s"}})
row("tls.existingSecret", "s", secret_item("tls/tls.crt"), item("mine", "tls.crt", "tls/tls.crt"), item("s", "tls.crt", "tls/tls.crt"), TLS_MINE)
row("tls.caKey", "root.crt", "Pod-test-nova: spec volumes [ca] secret items 0 key", "ca.crt", "root.crt", TLS_MINE)
row("tls.caKey", "", "Pod-test-nova: spec containers 0 args 9", "--ca-file", None, TLS_MINE)
row("tls.certManager.enabled", True, "Certificate", False, True, {"tls": {"enabled": True, "certManager": {"issuerRef": {"name": "i"}}}}, only_before=TLS_MINE)
row("tls.certManager.issuerRef.name", "j", "Certificate: spec issuerRef name", "i", "j", TLS)
row("tls.certManager.issuerRef.kind", "ClusterIssuer", "Certificate: spec issuerRef kind", "Issuer", "ClusterIssuer", TLS)
row("tls.certManager.issuerRef.group", "g.example", "Certificate: spec issuerRef group", "cert-manager.io", "g.example", TLS)
row("tls.certManager.dnsNames", ["k.example"], "Certificate: spec dnsNames 3", None, "k.example", TLS)
row("tls.certManager.duration", "48h", "Certificate: spec duration", None, "48h", TLS)
row("tls.certManager.renewBefore", "8h", "Certificate: spec renewBefore", None, "8h", TLS)
row("tls.certManager.privateKey.algorithm", "RSA", "Certificate: spec privateKey algorithm", "ECDSA", "RSA", TLS)
row("tls.certManager.privateKey.size", 384, "Certificate: spec privateKey size", 256, 384, TLS)
row("tls.certManager.privateKey.rotationPolicy", "Never", "Certificate: spec privateKey rotationPolicy", "Always", "Never", TLS)

# How a pod ends
row("drain.preStopSeconds", 0, f"{KEYGLOT} lifecycle", {"preStop": {"sleep": {"seconds": 5}}}, None)
row("drain.preStopSeconds", 30, f"{POD} terminationGracePeriodSeconds", 20, 45)
row("drain.shutdownGraceSeconds", 60, f"{POD} terminationGracePeriodSeconds", 20, 70)
row("drain.shutdownGraceSeconds", 60, variable("SHUTDOWN_GRACE"), "10", "60")

# The network
row("listenAddress", "[::]", f"{KEYGLOT} args 2", "--listen=0.0.0.0:8080", "--listen=[::]:8080")
row("listenAddress", "[::]", f"{KEYGLOT} args 3", "--admin-listen=0.0.0.0:9090", "--admin-listen=[::]:9090")
HTTP = "Service: spec ports [http]"
BALANCED = {"service": {"type": "LoadBalancer"}}
row("service.type", "NodePort", "Service: spec type", "ClusterIP", "NodePort")
row("service.port", 80, f"{HTTP} port", 8080, 80)
row("service.port", 80, "Pod-test-orange: spec containers 0 args 2", "http://rel-keyglot.ns.svc:8080", "http://rel-keyglot.ns.svc:80")
row("service.nodePort", 30080, f"{HTTP} nodePort", None, 30080, {"service": {"type": "NodePort"}})
row("service.annotations", {"a": "b"}, "Service: metadata annotations", None, {"a": "b"})
row("service.labels", {"a": "b"}, "Service: metadata labels a", None, "b")
row("service.appProtocol", "kubernetes.io/h2c", f"{HTTP} appProtocol", None, "kubernetes.io/h2c")
row("service.loadBalancerClass", "c.example/c", "Service: spec loadBalancerClass", None, "c.example/c", BALANCED)
row("service.loadBalancerSourceRanges", ["203.0.113.0/24"], "Service: spec loadBalancerSourceRanges", None, ["203.0.113.0/24"], BALANCED)
row("service.externalTrafficPolicy", "Local", "Service: spec externalTrafficPolicy", None, "Local", BALANCED)
row("service.ipFamilyPolicy", "PreferDualStack", "Service: spec ipFamilyPolicy", None, "PreferDualStack")
row("service.ipFamilies", ["IPv6"], "Service: spec ipFamilies", None, ["IPv6"])
row("adminService.enabled", False, "Service-admin", True, False)
row("adminService.port", 80, "Service-admin: spec ports [admin] port", 9090, 80)
row("adminService.annotations", {"a": "b"}, "Service-admin: metadata annotations", None, {"a": "b"})
INGRESS = {"ingress": {"enabled": True, "hosts": [{"host": "a.example"}]}}
row("ingress.enabled", True, "Ingress", False, True, {"ingress": {"hosts": [{"host": "a.example"}]}})
row("ingress.className", "nginx", "Ingress: spec ingressClassName", None, "nginx", INGRESS)
row("ingress.annotations", {"a": "b"}, "Ingress: metadata annotations", None, {"a": "b"}, INGRESS)
row("ingress.hosts", [{"paths": [{"path": "/x", "pathType": "Exact"}]}], "Ingress: spec rules 0 http paths 0 path", "/", "/x", INGRESS)
row("ingress.hosts", [{"host": "b.example"}], "Ingress: spec rules 0 host", "a.example", "b.example", INGRESS)
row("ingress.tls", [{"hosts": ["a.example"], "secretName": "s"}], "Ingress: spec tls", None, [{"hosts": ["a.example"], "secretName": "s"}], INGRESS)
ROUTE = {"httpRoute": {"enabled": True, "parentRefs": [{"name": "g"}]}}
row("httpRoute.enabled", True, "HTTPRoute", False, True, {"httpRoute": {"parentRefs": [{"name": "g"}]}})
row("httpRoute.annotations", {"a": "b"}, "HTTPRoute: metadata annotations", None, {"a": "b"}, ROUTE)
row("httpRoute.labels", {"a": "b"}, "HTTPRoute: metadata labels a", None, "b", ROUTE)
row("httpRoute.parentRefs", [{"name": "h"}], "HTTPRoute: spec parentRefs", [{"name": "g"}], [{"name": "h"}], ROUTE)
row("httpRoute.hostnames", ["a.example"], "HTTPRoute: spec hostnames", None, ["a.example"], ROUTE)
row("httpRoute.matches", [{"path": {"type": "Exact", "value": "/x"}}], "HTTPRoute: spec rules 0 matches 0 path value", "/", "/x", ROUTE)
row("httpRoute.filters", [{"type": "URLRewrite"}], "HTTPRoute: spec rules 0 filters", None, [{"type": "URLRewrite"}], ROUTE)
row("serviceAccount.create", False, "ServiceAccount", True, False)
row("serviceAccount.create", False, f"{POD} serviceAccountName", "rel-keyglot", "default")
row("serviceAccount.name", "mine", f"{POD} serviceAccountName", "rel-keyglot", "mine")
row("serviceAccount.annotations", {"a": "b"}, "ServiceAccount: metadata annotations", None, {"a": "b"})
PEERS = [{"podSelector": {"matchLabels": {"a": "b"}}}]
POLICY = {"networkPolicy": {"enabled": True}}
row("networkPolicy.enabled", True, "NetworkPolicy", False, True)
row("networkPolicy.httpFrom", PEERS, "NetworkPolicy: spec ingress 0 from 0", None, PEERS[0], POLICY)
row("networkPolicy.adminFrom", PEERS, "NetworkPolicy: spec ingress 1", None, {"ports": [{"port": "admin"}], "from": PEERS}, POLICY)
row("networkPolicy.egress.enabled", True, "NetworkPolicy: spec policyTypes", ["Ingress"], ["Ingress", "Egress"], POLICY)
row("networkPolicy.egress.rules", [{"ports": [{"port": 6379}]}], "NetworkPolicy: spec egress 1", None, {"ports": [{"port": 6379}]}, {"networkPolicy": {"enabled": True, "egress": {"enabled": True}}})

# Availability
BUDGET = {"podDisruptionBudget": {"enabled": True}}
row("podDisruptionBudget.enabled", True, "PodDisruptionBudget", False, True)
row("podDisruptionBudget.minAvailable", "50%", "PodDisruptionBudget: spec minAvailable", None, "50%", BUDGET)
row("podDisruptionBudget.minAvailable", 0, "PodDisruptionBudget: spec minAvailable", None, 0, BUDGET)
row("podDisruptionBudget.maxUnavailable", "20%", "PodDisruptionBudget: spec maxUnavailable", 1, "20%", BUDGET)
SCALED = merged(REDIS, {"autoscaling": {"enabled": True}})
SCALER = "HorizontalPodAutoscaler: spec"


def utilization(resource: str, percent: int) -> dict:
    """A metric of the autoscaler."""
    return {"type": "Resource", "resource": {"name": resource, "target": {"type": "Utilization", "averageUtilization": percent}}}


row("autoscaling.enabled", True, "HorizontalPodAutoscaler", False, True, REDIS)
row("autoscaling.enabled", True, "Deployment: spec replicas", 1, None, REDIS)
row("autoscaling.minReplicas", 3, f"{SCALER} minReplicas", 2, 3, SCALED)
row("autoscaling.maxReplicas", 9, f"{SCALER} maxReplicas", 5, 9, SCALED)
row("autoscaling.targetCPUUtilizationPercentage", 50, f"{SCALER} metrics", [utilization("cpu", 80)], [utilization("cpu", 50)], SCALED)
row("autoscaling.targetMemoryUtilizationPercentage", 70, f"{SCALER} metrics 1", None, utilization("memory", 70), SCALED)
row("autoscaling.metrics", [{"type": "Pods"}], f"{SCALER} metrics 1", None, {"type": "Pods"}, SCALED)
row("autoscaling.behavior", {"scaleDown": {"stabilizationWindowSeconds": 9}}, f"{SCALER} behavior", None, {"scaleDown": {"stabilizationWindowSeconds": 9}}, SCALED)

# Metrics
MONITOR = {"metrics": {"serviceMonitor": {"enabled": True}}}
ENDPOINT = "ServiceMonitor: spec endpoints 0"
row("metrics.serviceMonitor.enabled", True, "ServiceMonitor", False, True)
row("metrics.serviceMonitor.namespace", "mon", "ServiceMonitor: metadata namespace", "ns", "mon", MONITOR)
row("metrics.serviceMonitor.labels", {"a": "b"}, "ServiceMonitor: metadata labels a", None, "b", MONITOR)
row("metrics.serviceMonitor.interval", "5s", f"{ENDPOINT} interval", "30s", "5s", MONITOR)
row("metrics.serviceMonitor.scrapeTimeout", "4s", f"{ENDPOINT} scrapeTimeout", "10s", "4s", MONITOR)
row("metrics.serviceMonitor.relabelings", [{"action": "labelmap"}], f"{ENDPOINT} relabelings", None, [{"action": "labelmap"}], MONITOR)
row("metrics.serviceMonitor.metricRelabelings", [{"action": "drop"}], f"{ENDPOINT} metricRelabelings", None, [{"action": "drop"}], MONITOR)
RULE = {"metrics": {"prometheusRule": {"enabled": True}}}
row("metrics.prometheusRule.enabled", True, "PrometheusRule", False, True)
row("metrics.prometheusRule.namespace", "mon", "PrometheusRule: metadata namespace", "ns", "mon", RULE)
row("metrics.prometheusRule.labels", {"a": "b"}, "PrometheusRule: metadata labels a", None, "b", RULE)
BOARD = {"metrics": {"dashboard": {"enabled": True}}}
row("metrics.dashboard.enabled", True, "ConfigMap-dashboard", False, True)
row("metrics.dashboard.namespace", "mon", "ConfigMap-dashboard: metadata namespace", "ns", "mon", BOARD)
row("metrics.dashboard.labels", {"grafana_dashboard": "2"}, "ConfigMap-dashboard: metadata labels grafana_dashboard", "1", "2", BOARD)
row("metrics.dashboard.annotations", {"folder": "f"}, "ConfigMap-dashboard: metadata annotations", None, {"folder": "f"}, BOARD)

# The pod
for name, path, period, failures in (("startup", "/healthz", 1, 60), ("liveness", "/healthz", 10, 3), ("readiness", "/readyz", 5, 2)):
    probe = {"httpGet": {"path": path, "port": "admin"}, "periodSeconds": period, "timeoutSeconds": 3, "failureThreshold": failures}
    row(f"probes.{name}.enabled", False, f"{KEYGLOT} {name}Probe", probe, None)
    for setting in ("periodSeconds", "timeoutSeconds", "failureThreshold"):
        row(f"probes.{name}.{setting}", 77, f"{KEYGLOT} {name}Probe {setting}", probe[setting], 77)
row("podAnnotations", {"a": "b"}, "Deployment: spec template metadata annotations a", None, "b")
row("podLabels", {"a": "b"}, "Deployment: spec template metadata labels a", None, "b")
row("podSecurityContext", {"fsGroup": 7}, f"{POD} securityContext fsGroup", 65532, 7)
row("podSecurityContext", {"fsGroup": 7}, "Pod-test-nova: spec securityContext fsGroup", 65532, 7)
row("securityContext", {"runAsUser": 7}, f"{KEYGLOT} securityContext runAsUser", None, 7)
row("resources", {"limits": {"cpu": 1}}, f"{KEYGLOT} resources limits", None, {"cpu": 1})
row("nodeSelector", {"a": "b"}, f"{POD} nodeSelector", None, {"a": "b"})
row("nodeSelector", {"a": "b"}, "Pod-test-nova: spec nodeSelector", None, {"a": "b"})
row("tolerations", [{"operator": "Exists"}], f"{POD} tolerations", None, [{"operator": "Exists"}])
row("tolerations", [{"operator": "Exists"}], "Pod-test-nova: spec tolerations", None, [{"operator": "Exists"}])
row("affinity", {"podAntiAffinity": {}}, f"{POD} affinity", None, {"podAntiAffinity": {}})
row("topologySpreadConstraints", [{"maxSkew": 1, "topologyKey": "{{ .Release.Name }}"}], f"{POD} topologySpreadConstraints", None, [{"maxSkew": 1, "topologyKey": "rel"}])
row("priorityClassName", "high", f"{POD} priorityClassName", None, "high")
row("runtimeClassName", "gvisor", f"{POD} runtimeClassName", None, "gvisor")
row("extraArgs", ["--log-format=json"], f"{KEYGLOT} args 5", None, "--log-format=json")
row("extraEnv", [{"name": "KEYGLOT_LOG_FILTER", "value": "warn"}], variable("LOG_FILTER"), None, "warn")
row("extraEnvFrom", [{"configMapRef": {"name": "c"}}], f"{KEYGLOT} envFrom", None, [{"configMapRef": {"name": "c"}}])
row("extraVolumes", [{"name": "x", "emptyDir": {}}], f"{POD} volumes [x]", None, {"name": "x", "emptyDir": {}})
row("extraVolumeMounts", [{"name": "x", "mountPath": "/x"}], f"{KEYGLOT} volumeMounts [x]", None, {"name": "x", "mountPath": "/x"})
row("initContainers", [{"name": "x"}], f"{POD} initContainers", None, [{"name": "x"}])
row("sidecars", [{"name": "x"}], f"{POD} containers [x]", None, {"name": "x"})
row("extraObjects", [{"apiVersion": "v1", "kind": "Event", "metadata": {"name": "{{ .Release.Name }}-keyglot"}}], "Event", False, True)

# helm test
row("tests.enabled", False, "Pod-test-nova", True, False)
row("tests.skip", ["nova"], "Pod-test-nova", True, False)
row("tests.url", "https://k.example", "Pod-test-nova: spec containers 0 args 2", "http://rel-keyglot.ns.svc:8080", "https://k.example")
row("tests.timeoutSeconds", 7, "Pod-test-nova: spec containers 0 args 8", "30", "7")
row("tests.extraArgs", ["--account", "nova=b"], "Pod-test-nova: spec containers 0 args 10", None, "nova=b")
row("tests.resources", {"limits": {"cpu": 1}}, "Pod-test-nova: spec containers 0 resources limits", None, {"cpu": 1})
