"""Spanish."""

WORDS = """
absent: no estoy en casa, no hay nadie, nadie abre, nadie en casa, vecin, ausente, porter
accident: accident, choc, colision, atropell, herid, golpe, lesion
address: direccion, destino, recogida, recoger, punto de encuentro, portal, domicilio
age: edad, años, menor de edad, mayor de edad, dni$, documento, identidad
airport: aeropuerto, terminal, estacion, llegadas, vuelo, puerta de embarque
alcohol: alcohol, cervez, vino$, borrach, licor, bebid, tabaco, cigar
allergy: alergi, cacahuete, mani$, nuez, nueces, frutos secos, gluten, lactosa, intoleran, ingrediente, celiac
animal: perr, gat, mascota, animal
app: app, aplicacion, pantalla, se cierra, congel, se cuelga, bloquea, error, no carga, actualiz
bank: banco, extracto, iban, transferencia
blocked: bloque, suspend, deshabilit, desactiv, restring, inhabilit
book: reserv, pedir un, pedir una, quiero pedir, encargar, solicitar, necesito un, contratar
cancel: cancel, anul, parar, detener, ya no quiero, ya no lo necesito, deshacer, desistir
card: tarjeta, visa, mastercard, paypal, efectivo, apple pay, google pay, pagar con, metodo de pago, bizum
change: cambi, modific, editar, correg, otro, otra, añadir, agregar
charge: cobr, cargo, cargado, descont, debit, pago, pague
child: niñ, hij, bebe, menor, adolescente, sillita, silla infantil, alzador, colegio
city: ciudad, pueblo, pais, extranjero, frontera, zona, disponible en
code: codigo, sms, pin$, verific, clave
cold: fri$, fria, frio, derram, podrid, caducad, moho, en mal estado, descongel, crud
company: empresa, negocio, corporativ, compañia, emplead, compañer, oficina, trabajador
courier: repartidor, mensajero, entreg, reparto, rider, domiciliario
damaged: dañ, rot, roto, rompi, arañ, ray, abolla, golpead, destroz, pedazos
danger: peligr, ayuda, miedo, asustad, policia, emergencia, no me deja salir, encerrad, insegur, siguiendo
data: datos, privacidad, personal, algoritmo, perfil, rastre
declined: rechaz, deneg, no acepta, no funciona, falla, invalid, no pasa
delete: borrar, borra, eliminar, elimin, dar de baja, darme de baja, cerrar mi cuenta
delivered: entregado, no recib, no lleg, no me ha llegado, figura como, consta
disability: cieg, sord, oir, voiceover, talkback, lector de pantalla, discapa, letra grande, lengua de signos
discrimination: discrimin, raza, racis, negr, gay, religion, piel, por ser, musulman, etnia
driver: conductor, chofer, taxista, motorista
driving: conduc, manej, exceso de velocidad, muy rapido, velocidad, temerari, semaforo, imprud
email: email, correo, mail
expensive: car$, caro, cara, mas caro, de mas, demasiado, subio, excesiv, doble, suplemento, mayor
fare: tarifa, precio, cost, importe, presupuesto, total, cuanto
food: comida, pizza, hamburguesa, sushi, cena, almuerzo, restaurante, plato, sopa, patatas, cocina, menu
forbidden: prohibid, permitid, bateria, fuegos artificiales, petardo, explosiv, arma, droga, no puedo enviar, ilegal
found: encontr, de otra persona, ajen, de otro, no es mio, no es mia, halle, hallaz
friend: amig, invit, referid, recomend, hermano, hermana
gps: gps, ubicacion, posicion, mapa, localizacion
grocery: supermercado, compra, leche, pan$, huevos, yogur, fruta, verdura, cesta, despensa, mercado
hacked: hacke, robaron mi cuenta, robado la cuenta, otra persona esta usando, alguien usa, fraud, sin mi permiso
harassment: acos, toc, sexual, insinu, obscen, manose, me escribe, comentarios sobre, persig
hours: horario, abiert, de noche, fin de semana, festivo, a que hora
ill: enferm, vomit, intoxic, diarrea, estomago, nausea, sento mal, sentó mal
insurance: segur, asegur, cubr, cobertura, quien paga, responsab
invoice: factura, recibo, iva$, contabilidad, mensual, ticket
job: ser conductor, trabaj, ganar dinero, requisito, empleo, hacerme, inscribir, repartir para
language: idioma, habl, español, polaco, ingles, traduc
late: tard, retras, demor, lent, aun no, todavia no, no ha llegado, no llega, hace una hora, deberia haber
login: iniciar sesion, entrar, acceder, acceso, contraseña, loguear, ingresar
lost: perd, olvid, deje, dejado, extravi, se me cayo, se me quedo
luggage: maleta, equipaje, asiento, plazas, cuantas personas, pasajeros, cabe, cabemos
message: notific, aviso, push, alerta
missing: falta, incomplet, no venia, no estaba
moto: moto, motocicl, scooter, casco
move: mudanza, mudar, camion, furgon, mueble, traslad
parcel: paquete, caja, envi, mercanc, sobre, bulto
person: persona, human, agente, operador, alguien real, hablar con, robot, bot$, representante
phone: telefono, movil, celular, iphone, android, sim$, numero
plate: matricula, placa, patente, otro coche, otro conductor, no coincide, no es el mismo
points: punto, fidelidad, recompensa, bonificacion
promo: promo, cupon, vale, descuento, codigo, oferta, bono
property: llaves, paraguas, chaqueta, bolso, gafas, mochila, portatil, cartera, bolsa, algo, objeto, cosa
refund: reembols, devol, devuel, mi dinero, reintegr, compens
review: revis, reclam, apel, no estoy de acuerdo, reconsider, injust, decision, rechaz
ride: viaje, trayecto, taxi, coche, carro, carrera, vehiculo, auto$
rude: grosero, maleducad, grit, insult, antipatic, quej, comport, mal trato, agresiv
scam: estafa, phishing, fals, sospechos, es real, se hace pasar, timo, dice ser
schedule: program, mañana, mas tarde, mas temprano, aplaz, antelacion, semana que viene, mes que viene, fecha, hora
shared: quien ve, puede ver, seguir, compartir, familia
soiled: suci, mugr, huele, olor, manch, limpi, vomit, asqueros
steps: escal, ascensor, planta baja, bordillo, subir
subscription: suscri, membresia, plan mensual, renovacion
tier: oro$, gold, silver, plata, bronce, bronze, platin, premium, categoria, nivel
tip: propina, felicit, elogi, gracias, amable, encantador
twice: dos veces, doble, duplicad, dos cargos, dos pedidos, repetid
violence: violen, ataca, ataq, agred, amenaz, rob, cuchillo, navaja, pistola, pego, golpe, arma
wait: esper, minutos
wallet: monedero, saldo, recarg, wallet, billetera, añadir dinero, retirar, cartera
wheelchair: silla de ruedas, rampa, accesib, movilidad, andador, muletas
where: donde, seguimiento, eta$, estado, cuanto falta, en camino, rastre, no se mueve, parado
wrong: equivoc, incorrect, erron, no era, no es lo que, distint, diferente
"""
