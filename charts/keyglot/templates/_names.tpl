{{- /* Names, labels, images. */ -}}

{{- define "keyglot.name" -}}
{{- .Values.nameOverride | default .Chart.Name | trunc 63 | trimSuffix "-" }}
{{- end }}

{{- /*
What every object's name starts with, at most 48 characters: a StatefulSet's pods carry its name and
ten digits in a label of 63, and the longest ending here has 15. What is cut, and a dot, which a
release's name may have and a Service's not, is told apart by a hash.
A release is called by its name alone only if that is just the chart's: with "contains", which charts
often use, the releases `a` and `a-keyglot` would collide.
*/ -}}
{{- define "keyglot.fullname" -}}
{{- $name := .Values.nameOverride | default .Chart.Name }}
{{- $full := .Values.fullnameOverride }}
{{- if not $full }}
{{- $full = eq .Release.Name $name | ternary .Release.Name (printf "%s-%s" .Release.Name $name) }}
{{- end }}
{{- if or (gt (len $full) 48) (contains "." $full) }}
{{- $full = printf "%s-%s" ($full | replace "." "-" | trunc 39 | trimSuffix "-") ($full | sha256sum | trunc 8) }}
{{- end }}
{{- $full }}
{{- end }}

{{- define "keyglot.selectorLabels" -}}
app.kubernetes.io/name: {{ include "keyglot.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- /* The server's pods, not those of the tests. */ -}}
{{- define "keyglot.serverLabels" -}}
{{ include "keyglot.selectorLabels" . }}
app.kubernetes.io/component: server
{{- end }}

{{- /* Labels of an object: (dict "root" $ "component" "admin" "extra" (list .Values.…)). */ -}}
{{- define "keyglot.labels" -}}
{{- $root := .root }}
{{- $labels := dict }}
{{- range prepend (.extra | default list) $root.Values.commonLabels }}
{{- $labels = mergeOverwrite $labels (deepCopy .) }}
{{- end }}
{{- $labels = mergeOverwrite $labels (include "keyglot.selectorLabels" $root | fromYaml) }}
{{- $_ := set $labels "app.kubernetes.io/component" .component }}
{{- $_ := set $labels "app.kubernetes.io/managed-by" $root.Release.Service }}
{{- $_ := set $labels "app.kubernetes.io/part-of" $root.Chart.Name }}
{{- $_ := set $labels "app.kubernetes.io/version" $root.Chart.AppVersion }}
{{- $chart := printf "%s-%s" $root.Chart.Name $root.Chart.Version | replace "+" "_" }}
{{- $_ := set $labels "helm.sh/chart" ($chart | trunc 63 | trimSuffix "-") }}
{{- toYaml $labels }}
{{- end }}

{{- /*
The metadata of an object: (dict "root" $ "component" "server"), and "suffix" of the name, "extra"
labels, "annotations", "namespace" where the object has them.
*/ -}}
{{- define "keyglot.metadata" -}}
{{- $annotations := mergeOverwrite (deepCopy .root.Values.commonAnnotations) (.annotations | default dict | deepCopy) -}}
name: {{ include "keyglot.fullname" .root }}{{ .suffix }}
namespace: {{ .namespace | default .root.Release.Namespace }}
labels:
  {{- include "keyglot.labels" . | nindent 2 }}
{{- with $annotations }}
annotations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}

{{- define "keyglot.serviceAccountName" -}}
{{- if .Values.serviceAccount.create }}
{{- .Values.serviceAccount.name | default (include "keyglot.fullname" .) }}
{{- else }}
{{- .Values.serviceAccount.name | default "default" }}
{{- end }}
{{- end }}

{{- define "keyglot.image" -}}
{{- $image := .Values.image }}
{{- with .Values.global.imageRegistry | default $image.registry }}{{ . }}/{{ end }}
{{- $image.repository }}
{{- if $image.digest }}@{{ $image.digest }}{{ else }}:{{ $image.tag | default .Chart.AppVersion }}{{ end }}
{{- end }}

{{- define "keyglot.imagePullSecrets" -}}
{{- with concat .Values.global.imagePullSecrets .Values.imagePullSecrets }}
imagePullSecrets:
  {{- range . }}
  - {{ kindIs "string" . | ternary (dict "name" .) . | toJson }}
  {{- end }}
{{- end }}
{{- end }}
