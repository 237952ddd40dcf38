{{- /* The pod of the server, of the Deployment and of the StatefulSet. */ -}}

{{- define "keyglot.podTemplate" -}}
{{- $annotations := dict }}
{{- if ne (include "keyglot.configKind" .) "existing" }}
{{- $_ := set $annotations "checksum/config" (include "keyglot.toml" . | sha256sum) }}
{{- end }}
{{- with include "keyglot.givenSecrets" . | fromJson }}
{{- $_ := set $annotations "checksum/secrets" (toJson . | sha256sum) }}
{{- end }}
{{- $annotations = mergeOverwrite $annotations (deepCopy .Values.commonAnnotations) (deepCopy .Values.podAnnotations) -}}
metadata:
  labels:
    {{- include "keyglot.labels" (dict "root" . "component" "server" "extra" (list .Values.podLabels)) | nindent 4 }}
  {{- with $annotations }}
  annotations:
    {{- toYaml . | nindent 4 }}
  {{- end }}
spec:
  {{- include "keyglot.imagePullSecrets" . | nindent 2 }}
  serviceAccountName: {{ include "keyglot.serviceAccountName" . }}
  automountServiceAccountToken: false
  enableServiceLinks: false
  terminationGracePeriodSeconds: {{ add (int .Values.drain.preStopSeconds) (int .Values.drain.shutdownGraceSeconds) 5 }}
  securityContext:
    {{- toYaml .Values.podSecurityContext | nindent 4 }}
  {{- with .Values.priorityClassName }}
  priorityClassName: {{ . }}
  {{- end }}
  {{- with .Values.runtimeClassName }}
  runtimeClassName: {{ . }}
  {{- end }}
  {{- with .Values.nodeSelector }}
  nodeSelector:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with .Values.tolerations }}
  tolerations:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with .Values.affinity }}
  affinity:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with .Values.topologySpreadConstraints }}
  topologySpreadConstraints:
    {{- tpl (toYaml .) $ | nindent 4 }}
  {{- end }}
  {{- with .Values.initContainers }}
  initContainers:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  containers:
    {{- include "keyglot.container" . | nindent 4 }}
    {{- with .Values.sidecars }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
  volumes:
    {{- include "keyglot.configVolume" . | nindent 4 }}
    {{- include "keyglot.secretsVolume" . | nindent 4 }}
    {{- if and (eq .Values.store.type "redb") .Values.store.redb.existingClaim }}
    - name: data
      persistentVolumeClaim:
        claimName: {{ .Values.store.redb.existingClaim }}
    {{- end }}
    {{- with .Values.extraVolumes }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
{{- end }}

{{- define "keyglot.container" -}}
- name: keyglot
  image: {{ include "keyglot.image" . }}
  imagePullPolicy: {{ .Values.image.pullPolicy }}
  securityContext:
    {{- toYaml .Values.securityContext | nindent 4 }}
  command: ["/keyglot"]
  args:
    - serve
    - --config=/etc/keyglot/keyglot.toml
    - --listen={{ .Values.listenAddress }}:8080
    - --admin-listen={{ .Values.listenAddress }}:9090
    {{- if eq .Values.store.type "memory" }}
    - --store=memory
    {{- else if eq .Values.store.type "redb" }}
    - --store=redb:/var/lib/keyglot
    {{- end }}
    {{- with .Values.extraArgs }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
  env:
    {{- include "keyglot.env" . | trim | nindent 4 }}
  {{- with .Values.extraEnvFrom }}
  envFrom:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  ports:
    - name: http
      containerPort: 8080
    - name: admin
      containerPort: 9090
    {{- range $name, $dialect := .Values.dialects }}
    {{- if and $dialect.enabled $dialect.port }}
    - name: {{ $name }}
      containerPort: {{ int $dialect.port }}
    {{- end }}
    {{- end }}
  {{- $probes := .Values.probes }}
  {{- include "keyglot.probe" (dict "name" "startupProbe" "path" "/healthz" "probe" $probes.startup) | nindent 2 }}
  {{- include "keyglot.probe" (dict "name" "livenessProbe" "path" "/healthz" "probe" $probes.liveness) | nindent 2 }}
  {{- include "keyglot.probe" (dict "name" "readinessProbe" "path" "/readyz" "probe" $probes.readiness) | nindent 2 }}
  {{- with int .Values.drain.preStopSeconds }}
  # The image has no shell: the kubelet itself waits until the endpoints are gone.
  lifecycle:
    preStop:
      sleep:
        seconds: {{ . }}
  {{- end }}
  {{- with .Values.resources }}
  resources:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  volumeMounts:
    {{- include "keyglot.configMounts" . | nindent 4 }}
    {{- include "keyglot.secretsMount" . | nindent 4 }}
    {{- if eq .Values.store.type "redb" }}
    - name: data
      mountPath: /var/lib/keyglot
    {{- end }}
    {{- with .Values.extraVolumeMounts }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
{{- end }}

{{- define "keyglot.probe" -}}
{{- if .probe.enabled -}}
{{ .name }}:
  httpGet:
    path: {{ .path }}
    port: admin
  {{- toYaml (omit .probe "enabled") | nindent 2 }}
{{- end }}
{{- end }}
