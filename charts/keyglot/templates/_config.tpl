{{- /*
keyglot.toml, and the files with secrets.

The file holds what the operator says: `config` and `accounts`. What the chart itself wires up (the
addresses, the store, the switches of the dialects, the paths of secrets) reaches the process by its
command line and by variables, so that it is right too where the whole file is the operator's.
*/ -}}

{{- /* The names of the dialects that are switched on, as a JSON list in `names`. */ -}}
{{- define "keyglot.enabledDialects" -}}
{{- $names := list }}
{{- range $name, $dialect := .Values.dialects }}
{{- if $dialect.enabled }}{{ $names = append $names $name }}{{ end }}
{{- end }}
{{- dict "names" $names | toJson }}
{{- end }}

{{- /* Whether the whole keyglot.toml is the operator's: a text, empty for no. */ -}}
{{- define "keyglot.wholeFile" -}}
{{- if or .Values.configFile.existingSecret .Values.configFile.raw }}yes{{ end }}
{{- end }}

{{- /*
One TOML value on one line. Numbers from a values file may be floats for Helm; a JSON string is a TOML
string, but for the character DEL.
*/ -}}
{{- define "keyglot.toml.value" -}}
{{- if typeIs "json.Number" . -}}
{{ . }}
{{- else if kindIs "string" . -}}
{{ toJson . | replace "\u007f" "\\u007f" }}
{{- else if kindIs "map" . -}}
{{- $members := list }}
{{- range $key, $value := . }}
{{- if not (kindIs "invalid" $value) }}
{{- $members = append $members (printf "%s = %s" (include "keyglot.toml.key" $key) (include "keyglot.toml.value" $value | trim)) }}
{{- end }}
{{- end -}}
{{ printf "{ %s }" (join ", " $members) }}
{{- else if kindIs "slice" . -}}
{{- $items := list }}
{{- range . }}{{ $items = append $items (include "keyglot.toml.value" .) }}{{ end -}}
{{ printf "[%s]" (join ", " $items) }}
{{- else if kindIs "float64" . -}}
{{ eq . (floor .) | ternary (int64 . | toString) (toString .) }}
{{- else -}}
{{ . }}
{{- end -}}
{{- end }}

{{- define "keyglot.toml.key" -}}
{{ regexMatch "^[A-Za-z0-9_-]+$" . | ternary . (include "keyglot.toml.value" . | trim) }}
{{- end }}

{{- /* A table and those below it: (dict "heading" "" "table" $map). A list of tables is one heading each. */ -}}
{{- define "keyglot.toml.table" -}}
{{- $heading := .heading }}
{{- $below := list }}
{{- range $key, $value := .table }}
{{- $here := include "keyglot.toml.key" $key | trim }}
{{- $path := list $heading $here | compact | join "." }}
{{- if kindIs "map" $value }}
{{- $table := include "keyglot.toml.table" (dict "heading" $path "table" $value) }}
{{- $below = append $below (printf "\n[%s]\n%s" $path $table) }}
{{- else if and (kindIs "slice" $value) $value (kindIs "map" (first $value)) }}
{{- range $value }}
{{- $lines := printf "\n[[%s]]\n" $path }}
{{- range $name, $member := . }}
{{- if not (kindIs "invalid" $member) }}
{{- $lines = printf "%s%s = %s\n" $lines (include "keyglot.toml.key" $name) (include "keyglot.toml.value" $member) }}
{{- end }}
{{- end }}
{{- $below = append $below $lines }}
{{- end }}
{{- else if not (kindIs "invalid" $value) -}}
{{ $here }} = {{ include "keyglot.toml.value" $value }}
{{ end }}
{{- end }}
{{- join "" $below }}
{{- end }}

{{- /* The keyglot.toml that the chart brings. */ -}}
{{- define "keyglot.toml" -}}
{{- if .Values.configFile.raw -}}
{{ .Values.configFile.raw }}
{{- else -}}
{{- $settings := mergeOverwrite (deepCopy .Values.config) (deepCopy .Values.accounts) -}}
# Written by the Helm chart from the values `config` and `accounts`.
{{ include "keyglot.toml.table" (dict "heading" "" "table" $settings) }}
{{- end }}
{{- end }}

{{- /*
Which object brings keyglot.toml: "existing" (a Secret of the operator's), "secret" (it holds accounts,
or may) or "configMap". Accounts whose secrets all stand in files hold none.
*/ -}}
{{- define "keyglot.configKind" -}}
{{- if .Values.configFile.existingSecret -}}
existing
{{- else if .Values.configFile.raw -}}
secret
{{- else if regexMatch `"(token|password|api_key|secret|secret_key|key)":` (toJson .Values.accounts) -}}
secret
{{- else -}}
configMap
{{- end -}}
{{- end }}

{{- define "keyglot.configVolume" -}}
- name: config
  {{- $kind := include "keyglot.configKind" . }}
  {{- if eq $kind "configMap" }}
  configMap:
    name: {{ include "keyglot.fullname" . }}-config
  {{- else if eq $kind "secret" }}
  secret:
    secretName: {{ include "keyglot.fullname" . }}-config
    defaultMode: 0440
  {{- else }}
  secret:
    secretName: {{ .Values.configFile.existingSecret }}
    defaultMode: 0440
    items:
      - key: {{ .Values.configFile.existingSecretKey }}
        path: keyglot.toml
  {{- end }}
{{- with .Values.accountFiles.existingSecret }}
- name: account-files
  secret:
    secretName: {{ . }}
    defaultMode: 0440
{{- end }}
{{- end }}

{{- define "keyglot.configMounts" -}}
- name: config
  mountPath: /etc/keyglot
  readOnly: true
{{- if .Values.accountFiles.existingSecret }}
- name: account-files
  mountPath: /run/secrets/keyglot-accounts
  readOnly: true
{{- end }}
{{- end }}

{{- /* The secrets that are given as values, by their key in the chart's own Secret. */ -}}
{{- define "keyglot.givenSecrets" -}}
{{- $given := dict }}
{{- with .Values.sealing.key }}{{ $_ := set $given "sealing-key" . }}{{ end }}
{{- range $index, $key := .Values.sealing.olderKeys }}
{{- $_ := set $given (printf "sealing-older-key-%d" $index) $key }}
{{- end }}
{{- with .Values.tokens.signingKey }}{{ $_ := set $given "token-signing-key" . }}{{ end }}
{{- if eq .Values.store.type "redis" }}
{{- with .Values.store.redis.url }}{{ $_ := set $given "redis-url" . }}{{ end }}
{{- end }}
{{- toJson $given }}
{{- end }}

{{- /*
The files with secrets below /run/secrets/keyglot, as a JSON list in `files`: each with the Secret, its
key and the path. Their paths are the same wherever the secret comes from.
*/ -}}
{{- define "keyglot.secretFiles" -}}
{{- $own := include "keyglot.fullname" . }}
{{- $sealing := .Values.sealing }}
{{- $tokens := .Values.tokens }}
{{- $redis := .Values.store.redis }}
{{- $files := list }}
{{- if $sealing.existingSecret }}
{{- $files = append $files (dict "secret" $sealing.existingSecret "key" $sealing.existingSecretKey "path" "sealing/key") }}
{{- range $index, $key := $sealing.existingSecretOlderKeys }}
{{- $files = append $files (dict "secret" $sealing.existingSecret "key" $key "path" (printf "sealing/older-key-%d" $index)) }}
{{- end }}
{{- else if $sealing.key }}
{{- $files = append $files (dict "secret" $own "key" "sealing-key" "path" "sealing/key") }}
{{- range $index, $_ := $sealing.olderKeys }}
{{- $files = append $files (dict "secret" $own "key" (printf "sealing-older-key-%d" $index) "path" (printf "sealing/older-key-%d" $index)) }}
{{- end }}
{{- end }}
{{- if $tokens.existingSecret }}
{{- $files = append $files (dict "secret" $tokens.existingSecret "key" $tokens.existingSecretKey "path" "tokens/signing-key") }}
{{- else if $tokens.signingKey }}
{{- $files = append $files (dict "secret" $own "key" "token-signing-key" "path" "tokens/signing-key") }}
{{- end }}
{{- if eq .Values.store.type "redis" }}
{{- if $redis.existingSecret }}
{{- $files = append $files (dict "secret" $redis.existingSecret "key" $redis.existingSecretKey "path" "redis/url") }}
{{- else if $redis.url }}
{{- $files = append $files (dict "secret" $own "key" "redis-url" "path" "redis/url") }}
{{- end }}
{{- end }}
{{- if .Values.tls.enabled }}
{{- $secret := include "keyglot.tlsSecret" . }}
{{- $files = append $files (dict "secret" $secret "key" "tls.crt" "path" "tls/tls.crt") }}
{{- $files = append $files (dict "secret" $secret "key" "tls.key" "path" "tls/tls.key") }}
{{- end }}
{{- dict "files" $files | toJson }}
{{- end }}

{{- define "keyglot.tlsSecret" -}}
{{ .Values.tls.existingSecret | default (printf "%s-tls" (include "keyglot.fullname" .)) }}
{{- end }}

{{- define "keyglot.secretsVolume" -}}
{{- with (include "keyglot.secretFiles" . | fromJson).files }}
- name: secrets
  projected:
    defaultMode: 0440
    sources:
      {{- range . }}
      - secret:
          name: {{ .secret }}
          items:
            - key: {{ .key }}
              path: {{ .path }}
      {{- end }}
{{- end }}
{{- end }}

{{- define "keyglot.secretsMount" -}}
{{- if (include "keyglot.secretFiles" . | fromJson).files }}
- name: secrets
  mountPath: /run/secrets/keyglot
  readOnly: true
{{- end }}
{{- end }}

{{- /* The further listeners, as the TOML list that the variable takes; empty for none. */ -}}
{{- define "keyglot.listeners" -}}
{{- $listeners := list }}
{{- range $name, $dialect := .Values.dialects }}
{{- if and $dialect.enabled $dialect.port }}
{{- $address := printf "%s:%d" $.Values.listenAddress (int $dialect.port) }}
{{- $listeners = append $listeners (dict "dialect" $name "listen" $address) }}
{{- end }}
{{- end }}
{{- if $listeners }}{{ include "keyglot.toml.value" $listeners }}{{ end }}
{{- end }}

{{- define "keyglot.env" -}}
{{- $folder := "/run/secrets/keyglot" }}
- name: KEYGLOT_SHUTDOWN_GRACE
  value: {{ .Values.drain.shutdownGraceSeconds | int | quote }}
{{- range $name, $dialect := .Values.dialects }}
- name: KEYGLOT_{{ upper $name }}__ENABLED
  value: {{ $dialect.enabled | quote }}
{{- end }}
{{- with include "keyglot.listeners" . }}
- name: KEYGLOT_LISTENER
  value: {{ . | quote }}
{{- end }}
{{- $older := list }}
{{- $variables := dict "sealing/key" "SEALING__KEY_FILE" "tokens/signing-key" "TOKENS__SIGNING_KEY_FILE" "redis/url" "STORE_FILE" "tls/tls.crt" "TLS__CERTIFICATE_FILE" "tls/tls.key" "TLS__KEY_FILE" }}
{{- range (include "keyglot.secretFiles" . | fromJson).files }}
{{- $path := printf "%s/%s" $folder .path }}
{{- with get $variables .path }}
- name: KEYGLOT_{{ . }}
  value: {{ $path | quote }}
{{- else }}
{{- $older = append $older $path }}
{{- end }}
{{- end }}
{{- with $older }}
- name: KEYGLOT_SEALING__OLDER_KEYS_FILES
  value: {{ toJson . | quote }}
{{- end }}
{{- with .Values.extraEnv }}
{{ toYaml . }}
{{- end }}
{{- end }}
