{{- /* What cannot be, said before anything is installed: all of it at once. */ -}}

{{- define "keyglot.check" -}}
{{- $problems := concat (include "keyglot.check.accounts" . | fromJsonArray) (include "keyglot.check.replicas" . | fromJsonArray) (include "keyglot.check.sources" . | fromJsonArray) }}
{{- with $problems }}
{{- fail (printf "\n\nkeyglot cannot be installed with these values:\n* %s\n" (join "\n* " .)) }}
{{- end }}
{{- end }}

{{- define "keyglot.check.accounts" -}}
{{- $problems := list }}
{{- $config := .Values.config }}
{{- $accounts := .Values.accounts }}
{{- $demo := $config.allow_demo_accounts | default false }}
{{- $on := (include "keyglot.enabledDialects" . | fromJson).names }}
{{- if not $on }}
{{- $problems = append $problems "no dialect is switched on: set dialects.NAME.enabled for one of them" }}
{{- end }}
{{- if not (include "keyglot.wholeFile" .) }}
{{- $demoToo := "or config.allow_demo_accounts=true for the published demo accounts" }}
{{- if has "locksmith" $on }}
{{- $given := or (dig "locksmith" "token" "" $accounts) (dig "locksmith" "token_file" "" $accounts) (dig "locksmith" "tokens" "" $accounts) }}
{{- if not (or $given (eq (dig "locksmith" "auth" "" $config) "none")) }}
{{- $problems = append $problems "locksmith asks for no credential: give it a token (accounts.locksmith.token or .tokens), say config.locksmith.auth=none to let everybody in, or switch it off (dialects.locksmith.enabled=false)" }}
{{- end }}
{{- end }}
{{- if has "nova" $on }}
{{- if not (or (dig "nova" "users" "" $accounts) (eq (dig "nova" "auth" "" $config) "none") $demo) }}
{{- $problems = append $problems (printf "nova has no accounts: give it users and projects (accounts.nova), say config.nova.auth=none, switch it off (dialects.nova.enabled=false), %s" $demoToo) }}
{{- end }}
{{- end }}
{{- if has "tencent" $on }}
{{- if not (or (dig "tencent" "credentials" "" $accounts) (eq (dig "tencent" "auth" "" $config) "off") $demo) }}
{{- $problems = append $problems (printf "tencent has no accounts: give it credentials (accounts.tencent.credentials), say config.tencent.auth=off, switch it off (dialects.tencent.enabled=false), %s" $demoToo) }}
{{- end }}
{{- end }}
{{- if has "orange" $on }}
{{- if not (or (dig "orange" "auth" "tokens" "" $accounts) (eq (dig "orange" "auth" "mode" "" $config) "none") $demo) }}
{{- $problems = append $problems (printf "orange has no accounts: give it tokens (accounts.orange.auth.tokens), say config.orange.auth.mode=none, switch it off (dialects.orange.enabled=false), %s" $demoToo) }}
{{- end }}
{{- end }}
{{- end }}
{{- toJson $problems }}
{{- end }}

{{- define "keyglot.check.replicas" -}}
{{- $problems := list }}
{{- $several := or .Values.autoscaling.enabled (gt (int .Values.replicaCount) 1) }}
{{- $how := .Values.autoscaling.enabled | ternary "autoscaling.enabled" (printf "replicaCount=%d" (int .Values.replicaCount)) }}
{{- if and $several (ne .Values.store.type "redis") }}
{{- $problems = append $problems (printf "%s needs a store that replicas share: store.type=%s is one pod's own; set store.type=redis with a URL, or run one replica without autoscaling" $how .Values.store.type) }}
{{- end }}
{{- $tokens := or .Values.tokens.signingKey .Values.tokens.existingSecret (include "keyglot.wholeFile" .) (eq (dig "nova" "auth" "" .Values.config) "none") }}
{{- if and $several (eq .Values.store.type "redis") .Values.dialects.nova.enabled (not $tokens) }}
{{- $problems = append $problems (printf "%s with nova needs one token signing key for all replicas: set tokens.existingSecret (or tokens.signingKey), else each replica refuses the log-ins of the others" $how) }}
{{- end }}
{{- toJson $problems }}
{{- end }}

{{- define "keyglot.check.sources" -}}
{{- $problems := list }}
{{- $file := .Values.configFile }}
{{- $redis := .Values.store.redis }}
{{- $wholeFile := include "keyglot.wholeFile" . }}
{{- if not (regexMatch "^[a-z]([-a-z0-9]*[a-z0-9])?$" (include "keyglot.fullname" .)) }}
{{- $problems = append $problems (printf "%s cannot name a Service, which begins with a letter and has lower-case letters, digits and hyphens: set fullnameOverride" (include "keyglot.fullname" .)) }}
{{- end }}
{{- if and $file.existingSecret $file.raw }}
{{- $problems = append $problems "configFile.existingSecret and configFile.raw are both given: keyglot.toml comes from one of them" }}
{{- end }}
{{- if and $wholeFile (or .Values.config .Values.accounts) }}
{{- $problems = append $problems "configFile brings the whole keyglot.toml: config and accounts must be empty then, their settings go into the file" }}
{{- end }}
{{- if and .Values.sealing.existingSecret (or .Values.sealing.key .Values.sealing.olderKeys) }}
{{- $problems = append $problems "sealing.existingSecret and sealing.key or .olderKeys are both given: the keys come from one of them" }}
{{- end }}
{{- if and .Values.sealing.olderKeys (not .Values.sealing.key) }}
{{- $problems = append $problems "sealing.olderKeys needs sealing.key beside it" }}
{{- end }}
{{- if and .Values.sealing.existingSecretOlderKeys (not .Values.sealing.existingSecret) }}
{{- $problems = append $problems "sealing.existingSecretOlderKeys needs sealing.existingSecret beside it" }}
{{- end }}
{{- if and .Values.tokens.existingSecret .Values.tokens.signingKey }}
{{- $problems = append $problems "tokens.existingSecret and tokens.signingKey are both given: the key comes from one of them" }}
{{- end }}
{{- if eq .Values.store.type "redis" }}
{{- if and $redis.url $redis.existingSecret }}
{{- $problems = append $problems "store.redis.existingSecret and store.redis.url are both given: the URL comes from one of them" }}
{{- end }}
{{- if not (or $redis.url $redis.existingSecret $wholeFile) }}
{{- $problems = append $problems "store.type=redis needs store.redis.existingSecret (or store.redis.url)" }}
{{- end }}
{{- else if or $redis.url $redis.existingSecret }}
{{- $problems = append $problems (printf "store.redis is given but store.type is %s: set store.type=redis" .Values.store.type) }}
{{- end }}
{{- if .Values.tls.enabled }}
{{- if and .Values.tls.existingSecret .Values.tls.certManager.enabled }}
{{- $problems = append $problems "tls.existingSecret and tls.certManager are both given: the certificate comes from one of them" }}
{{- end }}
{{- if not (or .Values.tls.existingSecret .Values.tls.certManager.enabled) }}
{{- $problems = append $problems "tls.enabled needs tls.existingSecret or tls.certManager.enabled" }}
{{- end }}
{{- if and .Values.tls.certManager.enabled (not .Values.tls.certManager.issuerRef.name) }}
{{- $problems = append $problems "tls.certManager needs issuerRef.name" }}
{{- end }}
{{- end }}
{{- if and .Values.metrics.serviceMonitor.enabled (not .Values.adminService.enabled) }}
{{- $problems = append $problems "metrics.serviceMonitor scrapes the admin service: set adminService.enabled=true" }}
{{- end }}
{{- if and .Values.httpRoute.enabled (not .Values.httpRoute.parentRefs) }}
{{- $problems = append $problems "httpRoute needs parentRefs: the Gateway that it belongs to" }}
{{- end }}
{{- if and .Values.ingress.enabled (not .Values.ingress.hosts) }}
{{- $problems = append $problems "ingress needs hosts" }}
{{- end }}
{{- $ports := dict "8080" "http" "9090" "admin" }}
{{- range $name, $dialect := .Values.dialects }}
{{- if and $dialect.enabled $dialect.port }}
{{- $port := int $dialect.port | toString }}
{{- with get $ports $port }}
{{- $problems = append $problems (printf "dialects.%s.port: %s is the port of %s" $name $port .) }}
{{- end }}
{{- $_ := set $ports $port $name }}
{{- end }}
{{- end }}
{{- toJson $problems }}
{{- end }}
